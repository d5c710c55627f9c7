// From the chart's document to an ECharts option: geometry, axes, zoom and tooltips around the series and the lanes.
(function () {
  "use strict";
  const DAY = 86400000;
  const LEFT_MOST = 128; // pixels for the names of the lanes
  // A line without an axis ends so far below the top, and kinds of reports at different heights: their values stand there.
  const ROOM = { revenue: 1.1, visits: 1.25, ads: 1.45, conversion: 1.8, account: 1.6 };
  const { dayStart } = window.chartMarkers;
  const { tooltip } = window.chartTooltips;
  const { drawn, paidIn } = window.chartSeries;
  const { markerSeries, MAIN_TOP, LANE } = window.chartLanes;

  // The names of the lanes stand in full where they are not very long.
  function widest(names, size) {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = `${size}px ${getComputedStyle(document.body).fontFamily}`;
    return Math.ceil(Math.max(0, ...names.map((name) => pen.measureText(name).width)));
  }

  // Geometry: one tall grid for the figures, one lane per kind of change below it.
  function layout(width, lanes) {
    const isNarrow = width < 560;
    const main = isNarrow ? 210 : 290;
    const lanesTop = MAIN_TOP + main + 34;
    const lanesHeight = Math.max(1, lanes.length) * LANE;
    const laneFont = isNarrow ? 10 : 11;
    return {
      isNarrow,
      laneFont,
      left: Math.min(LEFT_MOST, Math.max(isNarrow ? 66 : 84, widest(lanes, laneFont) + 16)),
      right: isNarrow ? 44 : 64,
      main,
      lanesTop,
      lanesHeight,
      height: lanesTop + lanesHeight + 64,
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
      valueAxis(view, shape.isNarrow || !data.price.length || !view.isOn("price") ? "" : `${texts.price}, ${priceCurrency}`, {
        position: "right",
        scale: true,
        show: data.price.length > 0 && view.isOn("price"),
        boundaryGap: ["12%", "12%"],
        axisLabel: { color: colors.muted, formatter: (value) => format.count(value) },
      }),
      // Visits, revenue per currency, conversion, advertising per currency, the account: their values stand at the lines.
      ownScale(view, ROOM.visits),
      ...data.revenue.map((_each, index) => ownScale(view, ROOM.revenue + index * 0.12)),
      ownScale(view, ROOM.conversion),
      ...paidIn(view).map(() => ownScale(view, ROOM.ads)),
      ownScale(view, ROOM.account),
    ];
    axes[0].name = shape.isNarrow ? "" : texts.units;
    const conversion = 3 + data.revenue.length;
    view.axes = { visits: 2, revenue: 3, conversion, ads: conversion + 1, account: axes.length - 1, lanes: axes.length };
    return [...axes, laneAxis(view)];
  }

  function ownScale(view, room) {
    return valueAxis(view, "", { show: false, min: 0, max: ({ max }) => (max > 0 ? max * room : null) });
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
      axisLabel: { color: colors.muted, fontSize: shape.laneFont, width: shape.left - 10, overflow: "truncate", interval: 0 },
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

  function grid({ layout: shape }) {
    // Without outer bounds: the library would shift one grid to make room for its labels, and not the other.
    const sides = { left: shape.left, right: shape.right, outerBoundsMode: "none" };
    return [
      { ...sides, top: MAIN_TOP, height: shape.main },
      { ...sides, top: shape.lanesTop, height: shape.lanesHeight },
    ];
  }

  // The whole option; `view` is described where it is made, in offer-chart.js.
  function build(view) {
    const yAxis = valueAxes(view);
    return {
      useUTC: true,
      animation: !view.isStill && !view.wasDrawn,
      animationDuration: 250,
      animationDurationUpdate: 0,
      textStyle: { fontFamily: view.colors.font },
      aria: { enabled: true, label: { description: view.summary } },
      grid: grid(view),
      tooltip: tooltip(view),
      xAxis: [timeAxis(view, 0, true), timeAxis(view, 1, false)],
      yAxis,
      dataZoom: zoom(view),
      series: [...drawn(view), markerSeries(view)],
    };
  }

  window.chartOptions = { build, layout };
})();
