// The page frame: menus, theme buttons, the progress line, and what a failed background request says.
(function () {
  "use strict";
  const root = document.documentElement;

  function closeMenus(except) {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (menu !== except) menu.removeAttribute("open");
    }
  }

  function toggle(button) {
    const panel = document.getElementById(button.dataset.toggle);
    const open = panel.classList.toggle("is-open");
    button.setAttribute("aria-expanded", String(open));
  }

  document.addEventListener("click", (event) => {
    const target = event.target;
    closeMenus(target.closest("details[data-menu]"));
    const toggler = target.closest("[data-toggle]");
    if (toggler) toggle(toggler);
    const closer = target.closest("[data-close]");
    if (closer) document.getElementById(closer.dataset.close).hidden = true;
    const theme = target.closest("[data-theme-choice]");
    if (theme) window.theme.choose(theme.dataset.themeChoice);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details[data-menu][open]");
    if (!open) return;
    closeMenus();
    open.querySelector("summary").focus();
  });

  function markTheme() {
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === window.theme.choice()));
    }
  }
  document.addEventListener("themechange", markTheme);
  markTheme();

  // On a phone the tabs scroll; the one that is open is to be seen.
  for (const current of document.querySelectorAll(".tabs [aria-current]")) {
    const tabs = current.closest(".tabs");
    const { left, width } = current.getBoundingClientRect();
    tabs.scrollLeft += left - tabs.getBoundingClientRect().left - (tabs.clientWidth - width) / 2;
  }

  // Progress: the stylesheet shows the line only after a short wait, so that quick answers do not flicker.
  let running = 0;
  function busy(change) {
    running = Math.max(0, running + change);
    root.classList.toggle("is-busy", running > 0);
  }
  document.addEventListener("htmx:beforeRequest", () => busy(1));
  document.addEventListener("htmx:afterRequest", () => busy(-1));

  // htmx would send the second press of a button after the first was answered.
  document.addEventListener("htmx:load", (event) => {
    for (const form of event.detail.elt.querySelectorAll("form[data-hx-post]:not([data-hx-sync])")) {
      form.setAttribute("data-hx-sync", "this:drop");
    }
  });

  // Any other form is sent once, however often its button is pressed; downloads leave the page where it is.
  const SENT_FOR = 10000; // milliseconds: after that the answer is not coming, and the person may try again
  function release(form) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
  }
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.hasAttribute("data-download")) return;
    if (form.method === "post") {
      if (form.dataset.sent) {
        event.preventDefault();
        return;
      }
      if (!navigator.onLine) {
        event.preventDefault();
        tell("offline");
        return;
      }
      form.dataset.sent = "yes";
      for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
      setTimeout(() => release(form), SENT_FOR);
    }
    root.classList.add("is-leaving");
  });
  window.addEventListener("pageshow", () => {
    root.classList.remove("is-leaving");
    running = 0;
    root.classList.remove("is-busy");
    // The back button brings a page as it was left.
    for (const form of document.querySelectorAll("form[data-sent]")) release(form);
  });

  // Failures.
  function tell(kind) {
    const notice = document.getElementById("notice");
    for (const text of notice.querySelectorAll("[data-notice]")) text.hidden = text.dataset.notice !== kind;
    notice.dataset.shows = kind;
    notice.hidden = false;
  }
  window.addEventListener("offline", () => tell("offline"));
  window.addEventListener("online", () => {
    const notice = document.getElementById("notice");
    if (notice.dataset.shows === "offline") notice.hidden = true;
  });

  function signInAgain() {
    const back = encodeURIComponent(window.location.pathname + window.location.search);
    window.location.assign(`${document.body.dataset.signIn}?next=${back}`);
  }

  function isSignInPage(address) {
    return Boolean(address) && new URL(address, window.location.href).pathname === document.body.dataset.signIn;
  }

  const kinds = { 403: "refused", 404: "gone", 409: "workspace", 410: "gone", 429: "busy" };

  // An ended session answers a fragment request with the sign-in page: show it whole, never inside the fragment.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const request = event.detail.xhr;
    if (request.status !== 401 && !isSignInPage(request.responseURL)) return;
    event.detail.shouldSwap = false;
    event.detail.isError = false;
    signInAgain();
  });
  document.addEventListener("htmx:responseError", (event) => {
    tell(kinds[event.detail.xhr.status] || "server");
  });
  document.addEventListener("htmx:sendError", () => tell("offline"));
  document.addEventListener("htmx:timeout", () => tell("offline"));
  document.addEventListener("htmx:afterOnLoad", (event) => {
    if (event.detail.successful) document.getElementById("notice").hidden = true;
  });
})();
