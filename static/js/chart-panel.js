// The panel beside the chart: the full difference of one change, a note, or the changes behind one mark.
(function () {
  "use strict";

  function make(view, panel, { onChosen, keys }) {
    let opener = null; // what was used to open it, and gets the focus back
    let origin = ""; // a change of the mark that was opened: its button is another one after each zoom
    let isQuiet = false; // opened by a link: the reader has not asked for the focus to move

    function open(change, from, quiet) {
      opener = from || opener;
      origin = change.id;
      isQuiet = Boolean(quiet);
      window.htmx.ajax("GET", change.url, { target: panel, swap: "innerHTML" });
    }

    function list(mark, from) {
      opener = from;
      origin = mark.changes[0].id;
      const sheet = document.createElement("div");
      const lines = document.createElement("ul");
      sheet.className = "change-sheet";
      lines.className = "pick-list";
      lines.append(...mark.changes.map(line));
      sheet.append(head(mark), lines);
      panel.replaceChildren(sheet);
      lines.querySelector("button").focus();
    }

    function head(mark) {
      const made = document.createElement("div");
      const title = document.createElement("h2");
      const closer = document.createElement("button");
      made.className = "sheet-head";
      title.textContent = `${mark.changes.length} × ${view.labels[mark.group]}`;
      closer.type = "button";
      closer.className = "btn-close";
      closer.dataset.closePanel = "";
      closer.setAttribute("aria-label", view.texts.close);
      made.append(title, closer);
      return made;
    }

    function line(change) {
      const made = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn-sm";
      button.textContent = `${change.label}: ${change.text}`;
      button.addEventListener("click", () => open(change));
      made.append(button);
      return made;
    }

    function close() {
      panel.replaceChildren();
      onChosen("");
      if (opener && opener.isConnected) opener.focus();
      else keys.focus(origin);
      opener = null;
    }

    function onFilled() {
      const sheet = panel.querySelector("[data-change]");
      onChosen(sheet ? sheet.dataset.change : "");
      if (isQuiet) {
        isQuiet = false;
        return;
      }
      panel.scrollIntoView({ block: "nearest", behavior: view.isStill ? "auto" : "smooth" });
      panel.querySelector("h2")?.focus({ preventScroll: true });
    }

    document.addEventListener("htmx:afterSwap", (event) => {
      if (event.detail.target === panel) onFilled();
    });
    document.addEventListener("click", (event) => {
      const link = event.target.closest("[data-opens-panel]");
      if (link) opener = link;
      if (!event.target.closest("[data-close-panel]")) return;
      event.preventDefault();
      close();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && panel.contains(document.activeElement)) close();
    });

    return { open, list, close };
  }

  window.chartPanel = { make };
})();
