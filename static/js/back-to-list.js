// The way back to the list leads to the list as it was left: its filters and its order, as long as one stays with offers.
(function () {
  "use strict";
  const KEPT = "offers-list";
  const crumb = document.querySelector("[data-back-to-list]");
  if (!crumb) return;
  const list = new URL(crumb.href).pathname;
  const from = document.referrer ? new URL(document.referrer) : null;
  if (from && from.origin === window.location.origin) {
    if (from.pathname === list) sessionStorage.setItem(KEPT, from.search);
    else if (!from.pathname.startsWith(list)) sessionStorage.removeItem(KEPT);
  }
  crumb.search = sessionStorage.getItem(KEPT) || "";
})();
