// The chart on the offer's page: loads its document, draws it, follows theme, size, zoom, switches and chosen kinds.
(function () {
  "use strict";
  const box = document.getElementById("offer-chart");
  const panelBox = document.getElementById("change-panel");
  if (!box || !panelBox) return;
  const { cluster, dayStart, noteAsChange, wallClock } = window.chartMarkers;
  const { build, layout } = window.chartOptions;
  const { markerSeries } = window.chartLanes;
  const { drawn } = window.chartSeries;
  const DAY = 86400000;
  const language = document.documentElement.lang || "pl";
  const stillness = window.matchMedia("(prefers-reduced-motion: reduce)");
  const texts = readTexts();
  const reset = document.getElementById("chart-reset");
  const said = document.getElementById("chart-said");
  const asked = new URL(box.dataset.url, window.location.href);
  let chart = null;

  // Everything that drawing needs to know.
  const view = {
    data: null,
    periods: [],
    fall: box.dataset.fall ? { day: box.dataset.fall, text: box.dataset.fallText } : null, // since when it sells less
    texts,
    format: window.readerFormats.make(language, texts.unknown),
    currency: box.dataset.currency,
    colors: {},
    labels: {},
    lanes: [],
    marks: [],
    axes: {},
    zoom: { start: 0, end: 100 },
    range: null, // the part that is zoomed in on, in milliseconds of the chart's clock; null for the whole window
    chosen: "",
    summary: "",
    isStill: stillness.matches,
    wasDrawn: false, // only the first drawing moves
    isOn: (id) => choices.isOn(id),
    layout: layout(box.clientWidth, []),
  };
  const choices = window.chartChoices.make(view, box, {
    groups: () => [...chosenGroups()],
    period: asked.searchParams,
  });
  const keys = window.chartKeys.make(view, document.getElementById("chart-marks"), document.getElementById("chart-mark-tip"), {
    toPixel: place,
    onOpen: openMark,
    onZoom: zoomBy,
  });
  const panel = window.chartPanel.make(view, panelBox, { onChosen: choose, keys });

  function readTexts() {
    const items = document.querySelectorAll("#chart-texts [data-text]");
    return Object.fromEntries([...items].map((item) => [item.dataset.text, item.textContent.trim()]));
  }

  function say(text) {
    said.textContent = text;
  }

  // Drawing -----------------------------------------------------------------------------------------------------------

  function chosenGroups() {
    const pressed = document.querySelectorAll('[data-group-toggle][aria-pressed="true"]');
    return new Set([...pressed].map((toggle) => toggle.dataset.groupToggle));
  }

  // The kinds that were chosen, else all; notes stand below them whatever is chosen.
  function findLanes() {
    const wanted = chosenGroups();
    const lanes = view.data.groups.map((group) => group.key).filter((key) => !wanted.size || wanted.has(key));
    return view.data.notes.length ? [...lanes, "notes"] : lanes;
  }

  function draw() {
    view.colors = window.chartColors.readColors([...view.data.groups.map(({ key }) => key), "notes"]);
    view.labels = { ...Object.fromEntries(view.data.groups.map(({ key, label }) => [key, label])), notes: texts.notes };
    view.lanes = findLanes();
    view.layout = layout(box.clientWidth, view.lanes.map((key) => view.labels[key]));
    view.summary = `${texts.summary} ${document.getElementById("chart-words").textContent.replace(/\s+/g, " ").trim()}`;
    view.marks = [];
    box.style.height = `${view.layout.height}px`;
    chart.resize();
    chart.setOption(build(view), { notMerge: true });
    view.wasDrawn = true;
    choices.draw(document.getElementById("chart-series"), onSwitch);
    window.chartChoices.drawGroups(document.getElementById("chart-groups"));
    regroup();
  }

  // Which marks stand apart depends on the zoom and the width.
  function regroup() {
    const notes = view.data.notes.map((note) => noteAsChange(note, texts.notes));
    view.marks = cluster([...view.data.changes, ...notes], view.lanes, (time) => chart.convertToPixel({ xAxisIndex: 1 }, time));
    chart.setOption({ series: [markerSeries(view)] });
    keys.draw();
  }

  // Where a mark stands on the page's chart, null when the zoom leaves it out.
  function place(mark) {
    const edge = view.layout.left;
    const end = box.clientWidth - view.layout.right;
    const [left, right] = [mark.from, mark.to].map((time) => chart.convertToPixel({ xAxisIndex: 1 }, time));
    if (right < edge || left > end) return null;
    const x = mark.band ? Math.min(Math.max(left + mark.count, edge), end) : (left + right) / 2;
    if (x < edge - 1 || x > end + 1) return null;
    return { x, y: chart.convertToPixel({ yAxisIndex: view.axes.lanes }, mark.row) };
  }

  // Zoom --------------------------------------------------------------------------------------------------------------

  function bounds() {
    return [dayStart(view.data.from), dayStart(view.data.to) + DAY];
  }

  function onZoom() {
    const { start, end, startValue, endValue } = chart.getOption().dataZoom[0];
    view.zoom = { start, end };
    view.range = end - start > 99.9 ? null : [startValue, endValue];
    reset.hidden = !view.range;
    choices.write();
    requestAnimationFrame(regroup);
  }

  // Look at so much time around `middle`, within the window.
  function zoomAround(wanted, middle) {
    const [first, last] = bounds();
    const length = Math.min(last - first, Math.max(DAY / 4, wanted));
    const begin = Math.min(Math.max(first, middle - length / 2), last - length);
    chart.dispatchAction({ type: "dataZoom", startValue: begin, endValue: begin + length });
  }

  function zoomBy(factor, middle) {
    const [from, to] = view.range || bounds();
    zoomAround((to - from) * factor, middle);
  }

  function startZoom() {
    const range = window.chartChoices.linkedRange(...bounds());
    if (!range) return;
    view.range = range;
    view.zoom = { startValue: range[0], endValue: range[1] };
    reset.hidden = false;
  }

  // Choosing ----------------------------------------------------------------------------------------------------------

  function choose(id) {
    view.chosen = id;
    if (!chart) return;
    regroup();
    choices.write();
  }

  function openMark(mark, from) {
    const times = mark.changes.flatMap((change) => [wallClock(change.from), wallClock(change.to)]);
    const [begin, end] = [Math.min(...times), Math.max(...times)];
    if (mark.changes.length === 1) panel.open(mark.changes[0], from);
    // What happened within minutes, or overlaps, can never be zoomed apart.
    else if (mark.band || end - begin < 600000 || isZoomedOut(begin, end)) panel.list(mark, from);
    else zoomAround(around(begin, end), (begin + end) / 2);
  }

  // The length of time to look at so that these times stand apart, never less than a day: days are what is drawn above.
  function around(begin, end) {
    return Math.max((end - begin) * 1.6, DAY);
  }

  // Whether looking at these times alone would not narrow the view any more.
  function isZoomedOut(begin, end) {
    const [from, to] = view.range || bounds();
    return around(begin, end) > (to - from) * 0.8;
  }

  function onClick(event) {
    const mark = event.seriesId === "markers" && view.marks[event.dataIndex];
    if (mark) openMark(mark, null);
  }

  async function onSwitch(id) {
    const compares = id === "previous" || id === "account";
    if (compares && choices.isOn(id) && !view.data.compared[id] && !(await read())) return;
    draw();
    await readOlder();
  }

  function openLinked() {
    const id = new URLSearchParams(window.location.search).get("change");
    const found = [...view.data.changes, ...view.data.notes].find((each) => each.id === id);
    if (found) panel.open(found, null, true);
    return Boolean(found);
  }

  // Taking it along ---------------------------------------------------------------------------------------------------

  async function copyLink() {
    const address = choices.wholeAddress();
    try {
      await navigator.clipboard.writeText(address);
      say(texts.linkCopied);
    } catch {
      // Without leave to use the clipboard the address bar has it.
      history.replaceState(history.state, "", address);
      say(texts.linkShown);
    }
  }

  async function saveImage() {
    const [first, last] = view.range || bounds();
    const days = `${view.format.day(first)} – ${view.format.day(last - 1)}`;
    const legend = drawn(view).filter((each) => each.name).map(({ name, itemStyle, lineStyle }) => ({ name, color: itemStyle.color, dash: lineStyle?.type, isLine: Boolean(lineStyle) }));
    const blob = await window.chartImage.draw(chart, view, { title: box.dataset.title, days }, legend);
    window.chartImage.save(blob, `offer-${box.dataset.number}-${view.data.from}-${view.data.to}.png`);
    say(texts.imageSaved);
  }

  // Loading -----------------------------------------------------------------------------------------------------------

  async function readJson(address) {
    const answer = await fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    return answer.json();
  }

  // The document with what is compared; false where it could not be read and the last one stays.
  async function read() {
    const address = new URL(asked);
    for (const id of choices.compared()) address.searchParams.append("compare", id);
    try {
      view.data = await readJson(address);
      return true;
    } catch {
      say(texts.notRead);
      return false;
    }
  }

  // What the document leaves out, stretch by stretch; a newer document begins anew. What cannot be read stays in the list
  // below the chart.
  async function readOlder() {
    const data = view.data;
    const address = new URL(box.dataset.changesUrl, window.location.href);
    while (data.older && data === view.data) {
      address.searchParams.set("before", data.older);
      try {
        const { changes, older } = await readJson(address);
        data.changes.push(...changes);
        data.older = older;
      } catch {
        say(texts.notRead);
        return;
      }
      if (data === view.data) regroup();
    }
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

  function start() {
    box.replaceChildren();
    document.getElementById("chart-bar").hidden = false;
    document.getElementById("chart-scripted").hidden = false;
    chart = window.echarts.init(box, null, { locale: language === "pl" ? "PL" : "EN" });
    startZoom();
    draw();
    chart.on("datazoom", onZoom);
    chart.on("click", onClick);
    document.addEventListener("themechange", draw);
    window.addEventListener("beforeprint", () => chart.getZr().flush()); // in the colours of paper, at once
    stillness.addEventListener("change", () => { view.isStill = stillness.matches; });
    reset.addEventListener("click", () => chart.dispatchAction({ type: "dataZoom", start: 0, end: 100 }));
    document.getElementById("chart-link").addEventListener("click", copyLink);
    document.getElementById("chart-image").addEventListener("click", saveImage);
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
    if (!(await read())) {
      box.hidden = true;
      document.getElementById("chart-failed").hidden = false;
      return;
    }
    view.periods = await readPeriods();
    start();
    const isOpen = openLinked();
    await readOlder();
    if (!isOpen) openLinked();
  }

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "changes" || !chart) return;
    draw();
    choices.write();
  });
  document.addEventListener("noteschange", async () => {
    panel.close();
    document.getElementById("notes-heading")?.focus();
    if (!chart || !(await read())) return;
    draw();
    await readOlder();
  });
  load();
})();
