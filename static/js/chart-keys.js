// The marks of the chart as buttons that lie over them: a canvas alone cannot be reached by keyboard or screen reader.
(function () {
  "use strict";
  const { markTip, spoken } = window.chartTooltips;
  const SIZE = 24; // pixels, as the stylesheet has it

  function make(view, holder, tip, { toPixel, onOpen, onZoom }) {
    let marks = [];
    let here = null; // the id of the change whose mark was last reached

    // One button for each mark in sight, after every zoom anew; focus stays with the change that had it.
    function draw() {
      const hadFocus = holder.contains(document.activeElement);
      marks = view.marks.map((mark, index) => ({ mark, index, spot: toPixel(mark) })).filter(({ spot }) => spot);
      holder.replaceChildren(...marks.map(button));
      const again = find(here);
      moveStop(again || holder.firstElementChild);
      if (!hadFocus) return;
      const goal = again || holder.firstElementChild;
      if (goal) goal.focus({ preventScroll: true });
    }

    function button({ mark, index, spot }) {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "chart-mark";
      made.tabIndex = -1;
      made.dataset.ids = mark.changes.map((change) => change.id).join(" ");
      made.dataset.row = mark.row;
      made.setAttribute("aria-label", spoken(view, mark));
      made.style.transform = `translate(${spot.x - SIZE / 2}px, ${spot.y - SIZE / 2}px)`;
      made.addEventListener("focus", () => reach(made, index, spot));
      made.addEventListener("blur", () => { tip.hidden = true; });
      made.addEventListener("click", () => onOpen(mark, made));
      return made;
    }

    function reach(made, index, spot) {
      here = made.dataset.ids.split(" ")[0];
      moveStop(made);
      tip.replaceChildren(markTip(view, index));
      tip.hidden = false;
      tip.setAttribute("aria-hidden", "true"); // the mark itself says it
      const room = holder.clientWidth - tip.offsetWidth;
      const x = Math.max(0, Math.min(room, spot.x - tip.offsetWidth / 2));
      const above = spot.y - tip.offsetHeight - 18;
      tip.style.transform = `translate(${x}px, ${above < 0 ? spot.y + 18 : above}px)`;
    }

    // One stop for the Tab key among all marks: where one was last, else the first.
    function moveStop(made) {
      for (const each of holder.children) each.tabIndex = each === made ? 0 : -1;
    }

    function find(id) {
      return [...holder.children].find((each) => id && each.dataset.ids.split(" ").includes(id));
    }

    function step(from, by) {
      const row = marks.filter(({ mark }) => String(mark.row) === from.dataset.row).sort((a, b) => a.spot.x - b.spot.x);
      const order = row.map(({ mark }) => find(mark.changes[0].id));
      return order[order.indexOf(from) + by];
    }

    // The nearest mark of the next lane that has any.
    function jump(from, by) {
      const own = marks[[...holder.children].indexOf(from)];
      const rows = [...new Set(marks.map(({ mark }) => mark.row))].sort((a, b) => a - b);
      const row = rows[rows.indexOf(own.mark.row) + by];
      const near = marks.filter(({ mark }) => mark.row === row).sort((a, b) => Math.abs(a.spot.x - own.spot.x) - Math.abs(b.spot.x - own.spot.x));
      return near.length ? find(near[0].mark.changes[0].id) : null;
    }

    function edge(from, by) {
      let found = from;
      for (let next = step(from, by); next; next = step(next, by)) found = next;
      return found;
    }

    const moves = {
      ArrowLeft: (from) => step(from, -1),
      ArrowRight: (from) => step(from, 1),
      ArrowUp: (from) => jump(from, -1),
      ArrowDown: (from) => jump(from, 1),
      Home: (from) => edge(from, -1),
      End: (from) => edge(from, 1),
    };
    const zooms = { "+": 0.5, "=": 0.5, "-": 2, 0: Infinity };

    holder.addEventListener("keydown", (event) => {
      const from = event.target.closest(".chart-mark");
      if (!from || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Escape") tip.hidden = true;
      if (event.key in moves) {
        event.preventDefault();
        moves[event.key](from)?.focus();
      } else if (event.key in zooms) {
        event.preventDefault();
        const { mark } = marks[[...holder.children].indexOf(from)];
        onZoom(zooms[event.key], (mark.from + mark.to) / 2);
      }
    });

    return { draw, focus: (id) => find(id)?.focus(), has: (id) => Boolean(find(id)) };
  }

  window.chartKeys = { make };
})();
