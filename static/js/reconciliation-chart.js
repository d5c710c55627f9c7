// The chart of the reconciliation by day: our orders as bars, reports of one day as dots, longer ones as a shaded span.
(function () {
  "use strict";
  const box = document.getElementById("reconciliation-chart");
  if (!box) return;
  const language = document.documentElement.lang || "pl";
  const formatting = language === "en" ? "en-GB" : language;
  const stillness = window.matchMedia("(prefers-reduced-motion: reduce)");
  const texts = Object.fromEntries(
    [...document.querySelectorAll("#reconciliation-texts [data-text]")].map((item) => [item.dataset.text, item.textContent.trim()]),
  );
  let chart = null;
  let data = null;
  let wasDrawn = false;

  const format = window.readerFormats.make(language, texts.unknown);
  const shortDay = new Intl.DateTimeFormat(formatting, { timeZone: "UTC", day: "numeric", month: "short" });
  const money = (value) => format.money(value, data.currency || "PLN");

  function number(value) {
    return value === null ? null : Number(value);
  }

  // A report of several days, drawn over them as far as they are on the chart; its total stands in the tooltip.
  function spans(colors) {
    return data.periods
      .filter((period) => period.to >= data.from && period.from <= data.to)
      .map((period) => [
        { xAxis: period.from < data.from ? data.from : period.from, itemStyle: { color: colors.gap } },
        { xAxis: period.to > data.to ? data.to : period.to },
      ]);
  }

  function tooltip(points) {
    const [point] = points;
    const index = point.dataIndex;
    const name = data.days[index];
    const lines = [format.weekday(Date.parse(name)), `${texts.own}: ${money(data.own[index])}`];
    if (data.reported[index] !== null) lines.push(`${texts.reported}: ${money(data.reported[index])}`);
    for (const period of data.periods) {
      if (period.from > name || period.to < name) continue;
      const days = format.span(period.from, period.to);
      lines.push(`${texts.period}, ${days}: ${money(period.reported)}`, `${texts.own}, ${days}: ${money(period.own)}`);
    }
    const list = document.createElement("div");
    for (const line of lines) list.append(Object.assign(document.createElement("div"), { textContent: line }));
    return list;
  }

  function option() {
    const colors = window.chartColors.readColors([]);
    const isNarrow = box.clientWidth < 560;
    return {
      animation: !stillness.matches && !wasDrawn,
      aria: { enabled: true, label: { description: texts.summary } },
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: colors.text },
      legend: { top: 0, textStyle: { color: colors.text }, data: data.reported.some((value) => value !== null) ? [texts.own, texts.reported] : [texts.own] },
      grid: { left: 52, right: 16, top: isNarrow ? 56 : 40, bottom: 28 },
      tooltip: {
        trigger: "axis",
        confine: true,
        backgroundColor: colors.surface,
        borderColor: colors.line,
        textStyle: { color: colors.text },
        formatter: tooltip,
      },
      xAxis: {
        type: "category",
        data: data.days,
        axisLabel: { color: colors.muted, formatter: (name) => shortDay.format(Date.parse(name)) },
        axisLine: { lineStyle: { color: colors.line } },
        axisTick: { show: false },
      },
      yAxis: {
        type: "value",
        axisLabel: { color: colors.muted, formatter: (value) => new Intl.NumberFormat(formatting, { notation: "compact" }).format(value) },
        splitLine: { lineStyle: { color: colors.line } },
      },
      series: [
        {
          name: texts.own,
          type: "bar",
          data: data.own.map(number),
          itemStyle: { color: colors.units, borderRadius: [3, 3, 0, 0] },
          markArea: { silent: true, data: spans(colors) },
        },
        {
          name: texts.reported,
          type: "line",
          data: data.reported.map(number),
          showSymbol: true,
          symbol: "circle",
          symbolSize: 8,
          connectNulls: false,
          lineStyle: { color: colors.report, width: 1.5 },
          itemStyle: { color: colors.report },
        },
      ],
    };
  }

  function draw() {
    if (!data) return;
    chart = chart || window.echarts.init(box, null, { renderer: "canvas", locale: language === "pl" ? "PL" : "EN" });
    chart.setOption(option(), true);
    wasDrawn = true; // only the first drawing moves
  }

  function fail() {
    box.hidden = true;
    document.getElementById("reconciliation-chart-failed").hidden = false;
  }

  fetch(box.dataset.url, { headers: { Accept: "application/json" } })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
    .then((found) => {
      data = found;
      box.replaceChildren();
      draw();
    })
    .catch(fail);
  document.addEventListener("themechange", draw);
  window.addEventListener("beforeprint", () => chart?.getZr().flush()); // in the colours of paper, at once
  window.addEventListener("resize", () => {
    if (!chart) return;
    chart.resize();
    draw();
  });
})();
