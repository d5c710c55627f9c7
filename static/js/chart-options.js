// From the chart's document to an ECharts option: axes, series, shaded spans, lanes and tooltips.
(function () {
  "use strict";
  const DAY = 86400000;
  const { wallClock, dayStart } = window.chartMarkers;
  const { tooltip } = window.chartTooltips;
  const MAIN_TOP = 58;
  const LANE = 26;

  // Geometry: one tall grid for the figures, one lane per kind of change below it.
  function layout(width, laneCount) {
    const isNarrow = width < 560;
    const main = isNarrow ? 210 : 290;
    const lanesTop = MAIN_TOP + main + 34;
    const lanesHeight = Math.max(1, laneCount) * LANE;
    return {
      isNarrow,
      left: isNarrow ? 66 : 84,
      right: isNarrow ? 44 : 64,
      main,
      lanesTop,
      lanesHeight,
      height: lanesTop + lanesHeight + 64,
    };
  }

  function formats(language, texts) {
    const whole = new Intl.NumberFormat(language);
    const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 2 });
    const day = new Intl.DateTimeFormat(language, { timeZone: "UTC", weekday: "short", day: "numeric", month: "short", year: "numeric" });
    const moment = new Intl.DateTimeFormat(language, { timeZone: "UTC", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
    return {
      count: (value) => (value === null || value === undefined ? `— (${texts.unknown})` : whole.format(value)),
      money: (value, currency) =>
        value === null || value === undefined
          ? `— (${texts.unknown})`
          : new Intl.NumberFormat(language, { style: "currency", currency }).format(value),
      percent: (value) => (value === null || value === undefined ? `— (${texts.unknown})` : percent.format(value)),
      day: (value) => day.format(value),
      moment: (value) => moment.format(value),
    };
  }

  // Series ------------------------------------------------------------------------------------------------------------

  // Bars are drawn by hand: the library's own widen a time axis, and the lanes below would no longer line up.
  function unitSeries(view) {
    const { data, colors, texts } = view;
    return {
      id: "units",
      name: texts.units,
      type: "custom",
      clip: true,
      itemStyle: { color: colors.units },
      encode: { x: 0, y: 1 },
      data: data.days.map((day, index) => [dayStart(day) + DAY / 2, data.units[index]]),
      renderItem: (params, api) => barShape(api, colors.units, data.days[params.dataIndex] === data.now.slice(0, 10)),
      markArea: { silent: true, animation: false, data: shadedAreas(view) },
    };
  }

  function barShape(api, color, isToday) {
    const units = api.value(1);
    if (!Number.isFinite(units) || units === 0) return null;
    const [x, y] = api.coord([api.value(0), units]);
    const foot = api.coord([api.value(0), 0])[1];
    const width = Math.max(1, Math.min(34, api.size([DAY, 0])[0] * 0.72));
    const shape = { x: x - width / 2, y, width, height: foot - y, r: width > 6 ? [3, 3, 0, 0] : 0 };
    return { type: "rect", shape, style: { fill: color, opacity: isToday ? 0.5 : 1 } };
  }

  function shadedAreas({ data, colors }) {
    const spans = data.spans.map((span) => ({ ...span, color: colors[span.kind] }));
    const gaps = data.gaps.map((gap) => ({ ...gap, color: colors.gap }));
    return [...gaps, ...spans].map((each) => [
      { xAxis: wallClock(each.from), itemStyle: { color: each.color } },
      { xAxis: wallClock(each.to) },
    ]);
  }

  function lineSeries(id, name, color, axis, points, more) {
    return {
      id,
      name,
      type: "line",
      yAxisIndex: axis,
      data: points,
      showSymbol: points.length < 40,
      symbolSize: 4,
      connectNulls: false,
      lineStyle: { color, width: 2 },
      itemStyle: { color },
      emphasis: { disabled: true },
      ...more,
    };
  }

  function byDay(days, values) {
    return days.map((day, index) => [dayStart(day) + DAY / 2, values[index] === null ? null : Number(values[index])]);
  }

  // Known spans of price; where two do not touch, the price between them is not known and nothing is drawn.
  function pricePoints(segments) {
    const points = [];
    segments.forEach((segment, index) => {
      const amount = Number(segment.amount);
      const next = segments[index + 1];
      points.push([wallClock(segment.from), amount], [wallClock(segment.to), amount]);
      if (next && next.from !== segment.to) points.push([wallClock(segment.to), null]);
    });
    return points;
  }

  // What reports say, each series with the figure that it draws over the whole period of its reports.
  function reportSeries(view) {
    const { axes, colors, texts, periods } = view;
    const sales = periods.filter((period) => period.kind === "sales_by_offer");
    const ads = periods.filter((period) => period.kind === "ads_offers");
    const paid = paidIn(view);
    return [
      periodSeries(view, "periods", texts.periodVisits, colors.report, axes.visits, sales, (period) => period.visits),
      periodSeries(view, "conversion", texts.conversion, colors.conversion, axes.conversion, sales, (period) => period.conversion, "line"),
      ...paid.map((currency, index) =>
        periodSeries(
          view,
          `ads-${currency}`,
          paid.length > 1 ? `${texts.adsCost}, ${currency}` : texts.adsCost,
          colors.ads,
          axes.ads + index,
          ads.filter((period) => period.currency === currency),
          (period) => period.ads.cost,
        ),
      ),
    ].filter((each) => each.data.length);
  }

  function paidIn({ periods }) {
    return [...new Set(periods.filter((period) => period.ads).map((period) => period.currency))];
  }

  function periodSeries(view, id, name, color, axis, periods, figure, form) {
    const drawn = periods.filter((period) => figure(period) !== null);
    view.reports.set(id, drawn);
    return {
      id,
      name,
      type: "custom",
      yAxisIndex: axis,
      itemStyle: { color },
      encode: { x: [0, 1], y: 2 },
      clip: true,
      tooltip: { trigger: "item" },
      data: drawn.map((period) => [dayStart(period.from), dayStart(period.to) + DAY, Number(figure(period))]),
      renderItem: (_params, api) => periodShape(api, color, form === "line"),
    };
  }

  // One report: a flat segment over its whole period, never a value of a single day.
  function periodShape(api, color, isLine) {
    const [left, y] = api.coord([api.value(0), api.value(2)]);
    const [right] = api.coord([api.value(1), 0]);
    const foot = api.coord([api.value(0), 0])[1];
    const shape = { x: left + 1, y, width: Math.max(1, right - left - 2), height: Math.max(0, foot - y) };
    const edge = { type: "rect", shape: { ...shape, height: 2.5 }, style: { fill: color } };
    return { type: "group", children: isLine ? [edge] : [{ type: "rect", shape, style: { fill: color, opacity: 0.09 } }, edge] };
  }

  // Lanes -------------------------------------------------------------------------------------------------------------

  function markerSeries(view) {
    return {
      id: "markers",
      type: "custom",
      xAxisIndex: 1,
      yAxisIndex: view.axes.lanes,
      clip: false,
      animation: false,
      encode: { x: [0, 1], y: 2 },
      tooltip: { trigger: "item" },
      cursor: "pointer",
      data: view.marks.map((mark) => [mark.from, mark.to, mark.row]),
      renderItem: (params, api) => markerShape(view, view.marks[params.dataIndex], params, api),
      markArea: {
        silent: true,
        animation: false,
        itemStyle: { color: view.colors.gap },
        data: view.data.gaps.map((gap) => [{ xAxis: wallClock(gap.from) }, { xAxis: wallClock(gap.to) }]),
      },
    };
  }

  function markerShape(view, mark, params, api) {
    if (!mark) return null;
    const [left, y] = api.coord([mark.from, mark.row]);
    const [right] = api.coord([mark.to, mark.row]);
    const area = params.coordSys;
    if (right < area.x - 1 || left > area.x + area.width + 1) return null;
    const color = view.colors.groups[mark.group];
    const chosen = mark.changes.some((change) => change.id === view.chosen);
    const faint = mark.changes.every((change) => change.minor);
    const parts = mark.band ? bandParts(mark, left, right, y, area, color) : pointParts(mark, (left + right) / 2, y, color, view, chosen);
    return { type: "group", style: { opacity: faint ? 0.55 : 1 }, children: parts };
  }

  function bandParts(mark, left, right, y, area, color) {
    const x = Math.max(left, area.x);
    const width = Math.max(2, Math.min(right, area.x + area.width) - x);
    const parts = [
      {
        type: "rect",
        shape: { x, y: y - 6, width, height: 12, r: 6 },
        style: { fill: color, fillOpacity: 0.28, stroke: color, lineWidth: 1 },
      },
    ];
    if (mark.changes.length > 1) parts.push(countText(mark, x + width / 2, y, color));
    return parts;
  }

  function pointParts(mark, x, y, color, view, chosen) {
    const many = mark.changes.length > 1;
    const guide = {
      type: "line",
      silent: true,
      shape: { x1: x, y1: MAIN_TOP, x2: x, y2: MAIN_TOP + view.layout.main },
      style: { stroke: color, lineWidth: 1, opacity: chosen ? 0.9 : 0.28, lineDash: chosen ? null : [2, 3] },
    };
    const dot = {
      type: "circle",
      shape: { cx: x, cy: y, r: many ? 9 : 5.5 },
      style: { fill: color, stroke: chosen ? view.colors.text : view.colors.surface, lineWidth: chosen ? 2 : 1.5 },
    };
    return many ? [guide, dot, countText(mark, x, y, view.colors.surface)] : [guide, dot];
  }

  function countText(mark, x, y, color) {
    return {
      type: "text",
      silent: true,
      style: {
        text: mark.changes.length > 99 ? "99+" : String(mark.changes.length),
        x,
        y,
        align: "center",
        verticalAlign: "middle",
        fill: color,
        fontSize: 10,
        fontWeight: 600,
      },
    };
  }

  // Axes --------------------------------------------------------------------------------------------------------------

  function timeAxis(view, grid, showLabels) {
    const { data, colors } = view;
    return {
      type: "time",
      gridIndex: grid,
      min: dayStart(data.from),
      max: dayStart(data.to) + DAY,
      minInterval: DAY,
      axisLine: { lineStyle: { color: colors.line } },
      axisTick: { show: showLabels, lineStyle: { color: colors.line } },
      axisLabel: { show: showLabels, color: colors.muted, hideOverlap: true },
      splitLine: { show: false },
      axisPointer: { show: grid === 0, triggerTooltip: grid === 0, snap: false },
    };
  }

  function valueAxis(view, name, more) {
    const { colors } = view;
    return {
      type: "value",
      gridIndex: 0,
      name,
      nameGap: 12,
      nameTextStyle: { color: colors.muted, align: more.position === "right" ? "right" : "left", padding: 0 },
      axisLabel: { color: colors.muted },
      splitLine: { show: false },
      splitNumber: 4,
      ...more,
    };
  }

  function valueAxes(view) {
    const { data, colors, texts, format, layout: shape } = view;
    const priceCurrency = data.price.length ? data.price[0].currency : view.currency;
    const axes = [
      valueAxis(view, "", { position: "left", minInterval: 1, min: 0, splitLine: { lineStyle: { color: colors.line, opacity: 0.6 } } }),
      valueAxis(view, shape.isNarrow || !data.price.length ? "" : `${texts.price}, ${priceCurrency}`, {
        position: "right",
        scale: true,
        show: data.price.length > 0,
        boundaryGap: ["12%", "12%"],
        axisLabel: { color: colors.muted, formatter: (value) => format.count(value) },
      }),
      valueAxis(view, "", { show: false, min: 0 }),
      // Revenue per currency, conversion, advertising per currency: figures without an axis of their own to read.
      ...[...data.revenue, "conversion", ...paidIn(view)].map(() => valueAxis(view, "", { show: false, min: 0 })),
    ];
    axes[0].name = shape.isNarrow ? "" : texts.units;
    const conversion = 3 + data.revenue.length;
    view.axes = { visits: 2, revenue: 3, conversion, ads: conversion + 1, lanes: axes.length };
    return [...axes, laneAxis(view)];
  }

  function laneAxis({ lanes, labels, colors, layout: shape }) {
    return {
      type: "category",
      gridIndex: 1,
      inverse: true,
      axisPointer: { show: false },
      data: lanes.map((key) => labels[key]),
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: colors.muted, fontSize: shape.isNarrow ? 10 : 11, width: shape.left - 10, overflow: "truncate", interval: 0 },
      splitLine: { show: true, lineStyle: { color: colors.line, opacity: 0.6 } },
    };
  }

  function zoom(view) {
    const shared = { xAxisIndex: [0, 1], filterMode: "none", minValueSpan: DAY / 4, ...view.zoom };
    return [
      { ...shared, type: "inside", zoomOnMouseWheel: "ctrl", moveOnMouseMove: false, moveOnMouseWheel: false, preventDefaultMouseMove: false },
      {
        ...shared,
        type: "slider",
        height: 20,
        bottom: 8,
        left: view.layout.left,
        right: view.layout.right,
        brushSelect: false,
        borderColor: view.colors.line,
        fillerColor: view.colors.filler,
        handleStyle: { color: view.colors.surface, borderColor: view.colors.muted },
        moveHandleSize: 0,
        moveHandleStyle: { opacity: 0 },
        emphasis: { moveHandleStyle: { opacity: 0 } },
        showDataShadow: false,
        showDetail: false,
      },
    ];
  }

  function series(view) {
    const { data, colors, texts } = view;
    const many = data.revenue.length > 1;
    return [
      unitSeries(view),
      ...data.revenue.map((each, index) =>
        lineSeries(`revenue-${each.currency}`, many ? `${texts.revenue}, ${each.currency}` : texts.revenue, colors.revenue, view.axes.revenue + index, byDay(data.days, each.values)),
      ),
      lineSeries("price", texts.price, colors.price, 1, pricePoints(data.price), { showSymbol: false }),
      ...data.visitors.map((each) =>
        lineSeries(`visitors-${each.marketplace}`, data.visitors.length > 1 ? `${texts.visitors} ${each.marketplace}` : texts.visitors, colors.visits, view.axes.visits, byDay(data.days, each.values), {
          lineStyle: { color: colors.visits, width: 1.5, type: "dashed" },
        }),
      ),
      ...reportSeries(view),
      markerSeries(view),
    ];
  }

  function grid({ layout: shape }) {
    // Without outer bounds: the library would shift one grid to make room for its labels, and not the other.
    const sides = { left: shape.left, right: shape.right, outerBoundsMode: "none" };
    return [
      { ...sides, top: MAIN_TOP, height: shape.main },
      { ...sides, top: shape.lanesTop, height: shape.lanesHeight },
    ];
  }

  function legend(view) {
    return {
      type: "scroll",
      top: 0,
      left: 0,
      right: 0,
      icon: "roundRect",
      itemWidth: 14,
      itemHeight: 8,
      inactiveColor: view.colors.inactive,
      textStyle: { color: view.colors.text },
      selected: view.selected,
    };
  }

  // The whole option; `view` is described where it is made, in offer-chart.js.
  function build(view) {
    const yAxis = valueAxes(view);
    return {
      useUTC: true,
      animation: !view.isStill,
      animationDuration: 250,
      animationDurationUpdate: 0,
      textStyle: { fontFamily: view.colors.font },
      aria: { enabled: true, label: { description: view.summary } },
      grid: grid(view),
      legend: legend(view),
      tooltip: tooltip(view),
      xAxis: [timeAxis(view, 0, true), timeAxis(view, 1, false)],
      yAxis,
      dataZoom: zoom(view),
      series: series(view),
    };
  }

  window.chartOptions = { build, layout, formats, markerSeries };
})();
