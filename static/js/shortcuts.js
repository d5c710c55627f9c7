// Single-key shortcuts: "/" search, "j" and "k" rows, "g" and a letter to a page, "?" the list of them. Never while
// somebody types, never with a modifier, and not at all for whoever switched them off in that list.
(function () {
  "use strict";
  const dialog = document.getElementById("shortcuts");
  if (!dialog) return;
  const WAIT = 1500;
  const ROWS = "#results tbody tr, [data-rows] > li, [data-rows] tbody tr";
  const LINKS = ["[data-row-link]", ".field-cell a", "a.offer-title", "a[href]"];
  let waitingUntil = 0;

  function isTyping(target) {
    return Boolean(target.closest("input, textarea, select, [contenteditable]"));
  }

  function linkOf(row) {
    for (const selector of LINKS) {
      const link = row.querySelector(selector);
      if (link) return link;
    }
    return null;
  }

  // The focus itself moves, so that Enter opens a row as it opens any link and the row stands in view.
  function move(step) {
    const rows = Array.from(document.querySelectorAll(ROWS)).filter((row) => row.offsetParent !== null && linkOf(row));
    if (rows.length === 0) return false;
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step));
    linkOf(rows[next]).focus();
    rows[next].scrollIntoView({ block: "nearest" });
    return true;
  }

  function search() {
    const field = document.querySelector("main input[type=search]");
    if (!field) return false;
    field.focus();
    field.select();
    return true;
  }

  function go(key) {
    const link = dialog.querySelector(`[data-go="${key}"]`);
    if (link) window.location.assign(link.href);
    return Boolean(link);
  }

  function open() {
    if (!dialog.open) dialog.showModal();
    return true;
  }

  function act(key) {
    if (Date.now() < waitingUntil) {
      waitingUntil = 0;
      return go(key);
    }
    if (key === "g") {
      waitingUntil = Date.now() + WAIT;
      return true;
    }
    const actions = { "/": search, "?": open, j: () => move(1), k: () => move(-1) };
    return Object.hasOwn(actions, key) && actions[key]();
  }

  document.addEventListener("keydown", (event) => {
    if ("off" in dialog.dataset || dialog.open || event.defaultPrevented || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (act(event.key)) event.preventDefault();
  });

  async function remember(isOff) {
    const note = dialog.querySelector("[aria-live]");
    const token = JSON.parse(document.body.getAttribute("data-hx-headers") || "{}");
    const body = new URLSearchParams({ value: JSON.stringify({ off: isOff }) });
    const answer = await fetch(dialog.dataset.preference, { method: "POST", headers: token, body }).catch(() => null);
    note.textContent = answer && answer.ok ? note.dataset.saved : note.dataset.failed;
  }

  dialog.querySelector("[data-shortcuts-switch]").addEventListener("change", (event) => {
    const isOff = !event.target.checked;
    if (isOff) dialog.dataset.off = "";
    else delete dialog.dataset.off;
    remember(isOff);
  });

  for (const opener of document.querySelectorAll("[data-shortcuts-open]")) {
    opener.hidden = false;
    opener.addEventListener("click", open);
  }
})();
