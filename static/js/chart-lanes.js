// The lanes below the offer's chart: one mark for each change or note, or one with a count where they would hide each other.
(function () {
  "use strict";
  const { wallClock } = window.chartMarkers;
  const MAIN_TOP = 26;
  const LANE = 28;

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
    mark.countColor = view.colors.surface;
    const parts = mark.band ? bandParts(mark, api, area, color, chosen) : pointParts(mark, (left + right) / 2, y, color, view, chosen);
    return { type: "group", style: { opacity: faint ? 0.55 : 1 }, children: parts };
  }

  // Intervals that overlap lie over each other, so that the common time is the darkest; the count says how many.
  function bandParts(mark, api, area, color, chosen) {
    const within = (x) => Math.min(Math.max(x, area.x), area.x + area.width);
    const parts = mark.members.map((member) => {
      const [left, y] = api.coord([member.from, mark.row]);
      const x = within(left);
      const width = Math.max(2, within(api.coord([member.to, mark.row])[0]) - x);
      return { type: "rect", shape: { x, y: y - 6, width, height: 12, r: 6 }, style: { fill: color, fillOpacity: chosen ? 0.6 : 0.28, stroke: color, lineWidth: chosen ? 2 : 1 } };
    });
    const [left, y] = api.coord([mark.from, mark.row]);
    const right = api.coord([mark.to, mark.row])[0];
    const count = within(left + mark.count);
    if (mark.group === "notes") parts.push(noteText(mark, within(left), within(right), y, color));
    else if (mark.changes.length > 1) parts.push({ type: "circle", silent: true, shape: { cx: count, cy: y, r: 9 }, style: { fill: color } }, countText(mark, count, y, mark.countColor));
    return parts;
  }

  // A flag with the beginning of what it says.
  function noteText(mark, left, right, y, color) {
    const words = mark.changes.length > 1 ? `${mark.changes.length} × ${mark.changes[0].text}` : mark.changes[0].text;
    const text = right - left < 64 ? "⚑" : `⚑ ${words}`;
    return {
      type: "text",
      silent: true,
      style: { text, x: left + 6, y, verticalAlign: "middle", fill: color, fontSize: 10, fontWeight: 600, width: Math.max(12, right - left - 10), overflow: "truncate", ellipsis: "…", lineOverflow: "truncate" },
    };
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

  window.chartLanes = { markerSeries, MAIN_TOP, LANE };
})();
