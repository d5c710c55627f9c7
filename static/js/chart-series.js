// What the offer's chart can draw of its document: bars, lines, what reports say, and what is compared.
(function () {
  "use strict";
  const DAY = 86400000;
  const { wallClock, dayStart } = window.chartMarkers;

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
      swatch: "bar",
      renderItem: (params, api) => barShape(api, colors.units, data.days[params.dataIndex] === data.now.slice(0, 10)),
    };
  }

  function barShape(api, color, isToday) {
    const units = api.value(1);
    if (!Number.isFinite(units) || units === 0) return null;
    const [x, y] = api.coord([api.value(0), units]);
    const foot = api.coord([api.value(0), 0])[1];
    const day = api.size([DAY, 0])[0];
    const width = Math.max(1, Math.min(Math.max(34, day * 0.3), day * 0.72));
    const shape = { x: x - width / 2, y, width, height: foot - y, r: width > 6 ? [3, 3, 0, 0] : 0 };
    return { type: "rect", shape, style: { fill: color, opacity: isToday ? 0.5 : 1 } };
  }

  // The shaded times are a series of their own, so that they stay whatever else is switched off.
  function shadeSeries(view) {
    return {
      id: "shade",
      type: "line",
      data: [],
      silent: true,
      tooltip: { show: false },
      markArea: { silent: true, animation: false, data: shadedAreas(view) },
      markLine: fallLine(view),
    };
  }

  // The day since which less is sold: a quiet line with its words above, on the side that has room.
  function fallLine({ data, fall, colors }) {
    const time = fall ? dayStart(fall.day) : NaN;
    const [first, end] = [dayStart(data.from), dayStart(data.to) + DAY];
    if (!(time >= first && time < end)) return undefined;
    const place = (time - first) / (end - first);
    return {
      silent: true,
      symbol: "none",
      animation: false,
      lineStyle: { color: colors.muted, width: 1.5, type: "solid", opacity: 0.8 },
      label: { formatter: fall.text, position: "end", rotate: 0, align: place > 0.7 ? "right" : place < 0.3 ? "left" : "center", color: colors.text, fontSize: 11 },
      data: [{ xAxis: time }],
    };
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
      swatch: "line",
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

  // A line on a scale of its own has its highest value written at it: no axis beside it could be read.
  function highest({ colors }, color, write) {
    return {
      silent: true,
      animation: false,
      symbol: "circle",
      symbolSize: 6,
      itemStyle: { color },
      label: { show: true, position: "top", distance: 4, formatter: ({ value }) => write(value), color, fontSize: 10.5, fontWeight: 600, textBorderColor: colors.surface, textBorderWidth: 3 },
      data: [{ type: "max", valueDim: "y" }],
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
    const { axes, colors, texts, periods, format } = view;
    const sales = periods.filter((period) => period.kind === "sales_by_offer");
    const ads = periods.filter((period) => period.kind === "ads_offers");
    const paid = paidIn(view);
    return [
      periodSeries(view, "periods", texts.periodVisits, colors.report, axes.visits, sales, (period) => period.visits, { write: format.count }),
      periodSeries(view, "conversion", texts.conversion, colors.conversion, axes.conversion, sales, (period) => period.conversion, { isLine: true, write: format.percent }),
      ...paid.map((currency, index) =>
        periodSeries(
          view,
          `ads-${currency}`,
          paid.length > 1 ? `${texts.adsCost}, ${currency}` : texts.adsCost,
          colors.ads,
          axes.ads + index,
          ads.filter((period) => period.currency === currency),
          (period) => period.ads.cost,
          { write: (cost) => format.money(cost, currency) },
        ),
      ),
    ].filter((each) => each.data.length);
  }

  function paidIn({ periods }) {
    return [...new Set(periods.filter((period) => period.ads).map((period) => period.currency))];
  }

  function periodSeries({ colors }, id, name, color, axis, periods, figure, { isLine = false, write }) {
    const drawn = periods.filter((period) => figure(period) !== null);
    return {
      id,
      name,
      type: "custom",
      swatch: isLine ? "line" : "area",
      yAxisIndex: axis,
      itemStyle: { color },
      encode: { x: [0, 1], y: 2 },
      clip: true,
      z: 4, // its figure stands above the lines that cross it, which are on 3
      silent: true, // the day below the pointer speaks, of its reports too
      tooltip: { show: false },
      data: drawn.map((period) => [dayStart(period.from), dayStart(period.to) + DAY, Number(figure(period))]),
      renderItem: (params, api) => periodShape(api, params.coordSys, { name, color, isLine, write, halo: colors.surface, font: colors.font }),
    };
  }

  // One report: a flat segment over its whole period, never a value of a single day; its figure stands below it.
  function periodShape(api, area, look) {
    const [left, y] = api.coord([api.value(0), api.value(2)]);
    const [right] = api.coord([api.value(1), 0]);
    const foot = api.coord([api.value(0), 0])[1];
    const shape = { x: left + 1, y, width: Math.max(1, right - left - 2), height: Math.max(0, foot - y) };
    const edge = { type: "rect", shape: { ...shape, height: 2.5 }, style: { fill: look.color } };
    const words = periodWords(Math.max(left, area.x), Math.min(right, area.x + area.width), y, look.write(api.value(2)), look);
    const filling = { type: "rect", shape, style: { fill: look.color, opacity: 0.09 } };
    return { type: "group", children: [...(look.isLine ? [] : [filling]), edge, ...words] };
  }

  // The name and the figure where both have room, the figure alone on a narrow segment.
  function periodWords(left, right, y, figure, { name, color, halo, font: family }) {
    const font = `600 10.5px ${family}`;
    const room = right - left - 12;
    const text = [`${name}: ${figure}`, figure].find((each) => each.length * 6 < room);
    if (!text) return [];
    return [{ type: "text", style: { text, x: left + 6, y: y + 6, fill: color, font, stroke: halo, lineWidth: 3 } }];
  }

  // The days before, laid over these days one by one: on the axes of what they are compared with.
  function previousSeries(view) {
    const { data, colors, texts, axes, isOn } = view;
    const { previous } = data.compared;
    if (!previous || !isOn("previous")) return [];
    const ghost = (id, name, color, axis, values) =>
      lineSeries(id, `${name} (${texts.previous})`, color, axis, byDay(data.days, values), {
        step: id === "previous-units" ? "middle" : false,
        showSymbol: false,
        isPart: true,
        lineStyle: { color, width: 1.5, type: [3, 3] },
      });
    const found = isOn("units") ? [ghost("previous-units", texts.units, colors.ghost, 0, previous.units)] : [];
    data.revenue.forEach((each, index) => {
      const before = previous.revenue.find(({ currency }) => currency === each.currency);
      if (!before || !isOn(`revenue-${each.currency}`)) return;
      found.push(ghost(`previous-revenue-${each.currency}`, texts.revenue, colors.revenue, axes.revenue + index, before.values));
    });
    return found;
  }

  function accountSeries(view) {
    const { data, colors, texts, axes, format, isOn } = view;
    const { account } = data.compared;
    if (!account || !isOn("account")) return [];
    return [
      lineSeries("account-units", texts.account, colors.account, axes.account, byDay(data.days, account.units), {
        showSymbol: false,
        isPart: true,
        lineStyle: { color: colors.account, width: 1.5, type: [8, 3, 2, 3] },
        markPoint: highest(view, colors.account, format.count),
      }),
    ];
  }

  // Everything that can be drawn of this document, whether switched on or not.
  function known(view) {
    const { data, colors, texts, format } = view;
    const many = data.revenue.length > 1;
    const visitorName = (each) => (data.visitors.length > 1 ? `${texts.visitors} ${each.marketplace}` : texts.visitors);
    return [
      unitSeries(view),
      ...data.revenue.map((each, index) =>
        lineSeries(`revenue-${each.currency}`, many ? `${texts.revenue}, ${each.currency}` : texts.revenue, colors.revenue, view.axes.revenue + index, byDay(data.days, each.values), {
          markPoint: highest(view, colors.revenue, (value) => format.money(value, each.currency)),
          // One colour for revenue: the first currency is drawn through, others are dashed.
          ...(index ? { swatch: "dash", lineStyle: { color: colors.revenue, width: 1.5, type: [6, 4] } } : {}),
        }),
      ),
      lineSeries("price", texts.price, colors.price, 1, pricePoints(data.price), { showSymbol: false }),
      ...data.visitors.map((each) =>
        lineSeries(`visitors-${each.marketplace}`, visitorName(each), colors.visits, view.axes.visits, byDay(data.days, each.values), {
          swatch: "dash",
          lineStyle: { color: colors.visits, width: 1.5, type: "dashed" },
          markPoint: highest(view, colors.visits, format.count),
        }),
      ),
      ...reportSeries(view),
    ];
  }

  function drawn(view) {
    return [shadeSeries(view), ...known(view).filter((each) => view.isOn(each.id)), ...previousSeries(view), ...accountSeries(view)];
  }

  // Switched on until someone chooses: units, price, the revenue of the offer's own currency, reports but conversion.
  function isUsual(id, view) {
    if (id === "conversion" || id.startsWith("visitors-") || id === "previous" || id === "account") return false;
    return !id.startsWith("revenue-") || view.data.revenue.length < 2 || id === `revenue-${view.currency}`;
  }

  window.chartSeries = { drawn, known, isUsual, paidIn };
})();
