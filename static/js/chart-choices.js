// What the reader chose to see: switches that are remembered, and an address that brings exactly this view again.
(function () {
  "use strict";
  const { known, isUsual } = window.chartSeries;
  const COMPARISONS = ["previous", "account"];
  const WAIT = 300; // milliseconds: an address is not rewritten at every step of the mouse wheel

  // "2026-09-07T14:03" on the chart's clock, as the address says it.
  function asText(time) {
    return new Date(time).toISOString().slice(0, 16);
  }

  function asTime(text) {
    return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(text || "") ? Date.parse(`${text}:00Z`) : NaN;
  }

  function readMemory(text) {
    try {
      return JSON.parse(text) || {};
    } catch {
      return {};
    }
  }

  function make(view, box, tools) {
    const memory = readMemory(box.dataset.remembered);
    const link = new URLSearchParams(window.location.search);
    // What a link says wins over what is remembered; without a word of either the usual is drawn.
    const linked = link.has("series") ? new Set(link.get("series").split(",")) : null;
    let inAddress = Boolean(linked) || link.has("compare");
    const chosen = new Map(Object.entries(memory).filter(([, value]) => typeof value === "boolean"));
    const compared = new Set(inAddress ? link.getAll("compare") : COMPARISONS.filter((id) => memory[id] === true));
    const chosenSince = new Set(); // switches that were used since the page was opened by a link
    let timer = 0;

    function isOn(id) {
      if (COMPARISONS.includes(id)) return compared.has(id) && canCompare(id);
      if (linked && !chosenSince.has(id)) return linked.has(id);
      return chosen.has(id) ? chosen.get(id) : isUsual(id, view);
    }

    function canCompare(id) {
      return id !== "previous" || tools.period.get("days") !== "all";
    }

    function toggle(id) {
      const next = !isOn(id);
      inAddress = true;
      chosen.set(id, next);
      chosenSince.add(id);
      if (COMPARISONS.includes(id)) {
        if (next) compared.add(id);
        else compared.delete(id);
      }
      remember(id, next);
      write();
      return next;
    }

    function remember(id, value) {
      memory[id] = value;
      const form = new FormData();
      form.set("value", JSON.stringify(memory));
      const headers = JSON.parse(document.body.getAttribute("data-hx-headers") || "{}");
      // Where it cannot be stored the switch still works; it is asked for again at the next change.
      fetch(box.dataset.rememberUrl, { method: "POST", body: form, headers, credentials: "same-origin", keepalive: true }).catch(() => {});
    }

    // Address -------------------------------------------------------------------------------------------------------

    // The query of the present view; `whole` names what the address leaves to the reader's usual too.
    function query(whole) {
      const asked = new URLSearchParams(window.location.search);
      for (const name of ["series", "compare", "from", "to", "change", "group", "before"]) asked.delete(name);
      if (whole) {
        for (const name of ["days", "until", "open"]) {
          if (tools.period.has(name)) asked.set(name, tools.period.get(name));
          else asked.delete(name);
        }
      }
      if (whole || inAddress) addChoices(asked);
      if (view.range) {
        asked.set("from", asText(view.range[0]));
        asked.set("to", asText(view.range[1]));
      }
      for (const key of tools.groups()) asked.append("group", key);
      if (view.chosen) asked.set("change", view.chosen);
      return readable(asked);
    }

    function addChoices(asked) {
      asked.set("series", known(view).map((each) => each.id).filter(isOn).join(","));
      for (const id of COMPARISONS) if (isOn(id)) asked.append("compare", id);
    }

    function readable(asked) {
      return asked.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
    }

    function write() {
      clearTimeout(timer);
      timer = setTimeout(writeNow, WAIT);
    }

    function writeNow() {
      const text = query(false);
      history.replaceState(history.state, "", text ? `?${text}` : window.location.pathname);
      for (const each of document.querySelectorAll("a[data-keeps-view]")) keepView(each);
    }

    // Other days with the same switches and kinds; the zoom and the chosen change belong to these days.
    function keepView(anchor) {
      const asked = new URLSearchParams(anchor.getAttribute("href").replace(/^\?/, ""));
      for (const name of ["series", "compare", "group"]) asked.delete(name);
      if (inAddress) addChoices(asked);
      for (const key of tools.groups()) asked.append("group", key);
      anchor.setAttribute("href", `?${readable(asked)}`);
    }

    function wholeAddress() {
      return `${window.location.origin}${window.location.pathname}?${query(true)}`;
    }

    // Switches ------------------------------------------------------------------------------------------------------

    function draw(holder, onToggle) {
      const focused = holder.contains(document.activeElement) ? document.activeElement.dataset.series : null;
      const series = known(view).map((each) => [each.id, each.name, each.swatch]);
      const comparisons = COMPARISONS.map((id) => [id, view.texts[id === "previous" ? "comparePrevious" : "compareAccount"], id]);
      holder.replaceChildren(...[...series, ...comparisons].map((each) => chip(...each, onToggle)));
      if (focused) holder.querySelector(`[data-series="${CSS.escape(focused)}"]`)?.focus();
    }

    function chip(id, name, swatch, onToggle) {
      const button = document.createElement("button");
      const sign = document.createElement("span");
      button.type = "button";
      button.className = "chip series-chip";
      button.dataset.series = id;
      button.setAttribute("aria-pressed", String(isOn(id)));
      sign.className = `series-sign sign-${swatch} series-${id.split("-")[0]}`;
      sign.setAttribute("aria-hidden", "true");
      button.append(sign, name);
      if (!canCompare(id)) {
        button.disabled = true;
        button.title = view.texts.nothingBefore;
      }
      button.addEventListener("click", () => {
        button.setAttribute("aria-pressed", String(toggle(id)));
        onToggle(id);
      });
      return button;
    }

    return { isOn, compared: () => COMPARISONS.filter(isOn), draw, write, wholeAddress };
  }

  // The filters of the list below, again beside the lanes that they narrow.
  function drawGroups(holder) {
    const focused = holder.contains(document.activeElement) ? document.activeElement.dataset.group : "";
    holder.replaceChildren(...[...document.querySelectorAll("[data-group-toggle]")].map(groupChip));
    if (focused) holder.querySelector(`[data-group="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  function groupChip(toggle) {
    const chip = document.createElement("button");
    chip.type = "button";
    chip.className = "chip";
    chip.dataset.group = toggle.dataset.groupToggle;
    chip.setAttribute("aria-pressed", toggle.getAttribute("aria-pressed"));
    chip.append(...[...toggle.childNodes].map((node) => node.cloneNode(true)));
    chip.addEventListener("click", () => toggle.click());
    return chip;
  }

  // The zoomed part that a link names, if it lies in the window: [from, to] in milliseconds of the chart's clock.
  function linkedRange(first, last) {
    const link = new URLSearchParams(window.location.search);
    const from = Math.max(asTime(link.get("from")), first);
    const to = Math.min(asTime(link.get("to")), last);
    return to - from >= 3600000 ? [from, to] : null;
  }

  window.chartChoices = { drawGroups, make, linkedRange };
})();
