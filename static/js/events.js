// The page of change events: asks for newer changes while somebody looks at the newest ones, opens and closes batches.
(function () {
  "use strict";
  const INTERVAL = 20000;

  function askForNewer() {
    if (document.visibilityState !== "visible") return;
    const place = document.querySelector("[data-newer]");
    if (place) window.htmx.trigger(place, "newer");
  }
  window.setInterval(askForNewer, INTERVAL);
  // Whoever comes back to the page sees at once whether there is anything new.
  document.addEventListener("visibilitychange", askForNewer);

  function rowsOf(batch) {
    return document.querySelectorAll(`[data-of-batch="${batch}"]`);
  }

  function openOrClose(opener) {
    const isOpen = opener.getAttribute("aria-expanded") === "true";
    opener.setAttribute("aria-expanded", String(!isOpen));
    const rows = rowsOf(opener.dataset.batch);
    for (const row of rows) row.hidden = isOpen;
    if (rows.length === 0 && !isOpen) window.htmx.trigger(opener, "open");
  }

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-batch]");
    // With a modifier the link opens the batch on a page of its own, as any link.
    if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openOrClose(opener);
  });
})();
