// The chart on the offer's page: loads its document, draws it, follows theme, size, zoom and the chosen kinds.
(function () {
  "use strict";
  const box = document.getElementById("offer-chart");
  const panel = document.getElementById("change-panel");
  if (!box || !panel) return;
  const { cluster, wallClock } = window.chartMarkers;
  const { build, layout, formats, markerSeries } = window.chartOptions;
  const language = document.documentElement.lang || "pl";
  const formatting = language === "en" ? "en-GB" : language; // 24 hours, day before month, as on the page around
  const stillness = window.matchMedia("(prefers-reduced-motion: reduce)");
  const texts = readTexts();
  const reset = document.getElementById("chart-reset");
  let chart = null;
  let opener = null;

  // Everything that drawing needs to know.
  const view = {
    data: null,
    periods: [],
    reports: new Map(), // the periods that each series of reports draws
    texts,
    format: formats(formatting, texts),
    currency: box.dataset.currency,
    colors: {},
    labels: {},
    lanes: [],
    marks: [],
    axes: {},
    zoom: { start: 0, end: 100 },
    selected: {},
    chosen: "",
    summary: "",
    isStill: stillness.matches,
    layout: layout(box.clientWidth, 1),
  };

  function readTexts() {
    const items = document.querySelectorAll("#chart-texts [data-text]");
    return Object.fromEntries([...items].map((item) => [item.dataset.text, item.textContent.trim()]));
  }

  // Colours -----------------------------------------------------------------------------------------------------------

  // The stylesheet's colours as "rgba(…)": a canvas understands oklch() and light-dark(), the library does not.
  function colorReader() {
    const probe = document.createElement("span");
    const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    document.body.append(probe);
    const read = (name) => {
      probe.className = `color-${name}`;
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = getComputedStyle(probe).color;
      pen.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
      return `rgba(${red},${green},${blue},${(alpha / 255).toFixed(3)})`;
    };
    return { read, done: () => probe.remove() };
  }

  function readColors() {
    const { read, done } = colorReader();
    const names = ["units", "revenue", "price", "visits", "report", "conversion", "ads", "out_of_stock", "not_active", "gap", "text", "muted", "line", "surface", "filler", "inactive"];
    const colors = Object.fromEntries(names.map((name) => [name, read(name)]));
    colors.groups = Object.fromEntries(view.data.groups.map(({ key }) => [key, read(`group-${key}`)]));
    colors.font = getComputedStyle(document.body).fontFamily;
    done();
    return colors;
  }

  // Drawing -----------------------------------------------------------------------------------------------------------

  function chosenGroups() {
    const pressed = document.querySelectorAll('[data-group-toggle][aria-pressed="true"]');
    return new Set([...pressed].map((toggle) => toggle.dataset.groupToggle));
  }

  function findLanes() {
    const wanted = chosenGroups();
    const keys = view.data.groups.map((group) => group.key);
    return wanted.size ? keys.filter((key) => wanted.has(key)) : keys;
  }

  function toPixel(time) {
    return chart.convertToPixel({ xAxisIndex: 1 }, time);
  }

  function draw() {
    view.colors = readColors();
    view.labels = Object.fromEntries(view.data.groups.map(({ key, label }) => [key, label]));
    view.lanes = findLanes();
    view.layout = layout(box.clientWidth, view.lanes.length);
    view.summary = `${texts.summary} ${document.getElementById("chart-words").textContent.replace(/\s+/g, " ").trim()}`;
    view.marks = [];
    box.style.height = `${view.layout.height}px`;
    chart.resize();
    chart.setOption(build(view), { notMerge: true });
    regroup();
  }

  // Which marks stand apart depends on the zoom and the width.
  function regroup() {
    view.marks = cluster(view.data.changes, view.lanes, toPixel);
    chart.setOption({ series: [markerSeries(view)] });
  }

  function onZoom() {
    const { start, end } = chart.getOption().dataZoom[0];
    view.zoom = { start, end };
    reset.hidden = end - start > 99.9;
    requestAnimationFrame(regroup);
  }

  // Choosing a change -------------------------------------------------------------------------------------------------

  function open(change) {
    view.chosen = change.id;
    regroup();
    window.htmx.ajax("GET", change.url, { target: panel, swap: "innerHTML" });
  }

  function zoomTo(mark) {
    const times = mark.changes.flatMap((change) => [wallClock(change.from), wallClock(change.to)]);
    const from = Math.min(...times);
    const to = Math.max(...times);
    const margin = Math.max((to - from) * 0.3, 3600000);
    chart.dispatchAction({ type: "dataZoom", startValue: from - margin, endValue: to + margin });
  }

  function listInPanel(mark) {
    const sheet = document.createElement("div");
    const list = document.createElement("ul");
    sheet.className = "change-sheet";
    list.className = "pick-list";
    list.append(...mark.changes.map(pickLine));
    sheet.append(pickHead(mark), list);
    panel.replaceChildren(sheet);
    list.querySelector("button").focus();
  }

  function pickHead(mark) {
    const head = document.createElement("div");
    const title = document.createElement("h2");
    const close = document.createElement("button");
    head.className = "sheet-head";
    title.textContent = `${mark.changes.length} × ${view.labels[mark.group]}`;
    close.type = "button";
    close.className = "btn-close";
    close.dataset.closePanel = "";
    close.setAttribute("aria-label", texts.close);
    head.append(title, close);
    return head;
  }

  function pickLine(change) {
    const line = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = `${change.label}: ${change.text}`;
    button.addEventListener("click", () => open(change));
    line.append(button);
    return line;
  }

  function onClick(event) {
    if (event.seriesId !== "markers") return;
    const mark = view.marks[event.dataIndex];
    if (!mark) return;
    opener = null;
    if (mark.changes.length === 1) open(mark.changes[0]);
    else if (mark.band || isClose(mark)) listInPanel(mark);
    else zoomTo(mark);
  }

  // Changes of one moment can never be zoomed apart.
  function isClose(mark) {
    const times = mark.changes.map((change) => wallClock(change.from));
    return Math.max(...times) - Math.min(...times) < 600000;
  }

  function closePanel() {
    panel.replaceChildren();
    view.chosen = "";
    if (view.data) regroup();
    if (opener && opener.isConnected) opener.focus();
  }

  function onPanelFilled() {
    const sheet = panel.querySelector("[data-change]");
    view.chosen = sheet ? sheet.dataset.change : "";
    if (view.data) regroup();
    panel.scrollIntoView({ block: "nearest", behavior: stillness.matches ? "auto" : "smooth" });
    panel.querySelector("h2")?.focus({ preventScroll: true });
  }

  // Loading -----------------------------------------------------------------------------------------------------------

  async function readJson(address) {
    const answer = await fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    return answer.json();
  }

  async function readPeriods() {
    if (!box.dataset.periodsUrl) return [];
    try {
      const { periods } = await readJson(box.dataset.periodsUrl);
      return periods.filter((period) => period.to >= view.data.from && period.from <= view.data.to);
    } catch {
      return []; // the chart stands without them; the reports have their own page
    }
  }

  // At first: units, price, the revenue of the offer's own currency and reports; the rest waits in the legend.
  function firstSelection() {
    const { visitors, revenue } = view.data;
    const visitorNames = visitors.length > 1 ? visitors.map((each) => `${texts.visitors} ${each.marketplace}`) : [texts.visitors];
    const foreign = revenue.length > 1 ? revenue.filter((each) => each.currency !== view.currency) : [];
    const hidden = [texts.conversion, ...visitorNames, ...foreign.map((each) => `${texts.revenue}, ${each.currency}`)];
    return Object.fromEntries(hidden.map((name) => [name, false]));
  }

  function start() {
    box.replaceChildren();
    chart = window.echarts.init(box, null, { locale: language === "pl" ? "PL" : "EN" });
    view.selected = firstSelection();
    draw();
    chart.on("datazoom", onZoom);
    chart.on("click", onClick);
    chart.on("legendselectchanged", (event) => { view.selected = event.selected; });
    document.addEventListener("themechange", draw);
    reset.addEventListener("click", () => chart.dispatchAction({ type: "dataZoom", start: 0, end: 100 }));
    watchWidth();
  }

  function watchWidth() {
    let width = box.clientWidth;
    new ResizeObserver(() => {
      if (box.clientWidth === width) return;
      width = box.clientWidth;
      draw();
    }).observe(box);
  }

  async function load() {
    try {
      view.data = await readJson(box.dataset.url);
    } catch {
      box.hidden = true;
      document.getElementById("chart-failed").hidden = false;
      return;
    }
    view.periods = await readPeriods();
    start();
  }

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === panel) onPanelFilled();
    if (event.detail.target.id === "changes" && chart) draw();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-opens-panel]");
    if (link) opener = link;
    if (event.target.closest("[data-close-panel]")) closePanel();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && panel.contains(document.activeElement)) closePanel();
  });
  load();
})();
