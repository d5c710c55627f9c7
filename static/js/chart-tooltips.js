// What the pointer is told on the offer's chart: the figures of a day with its reports, a marker's changes.
(function () {
  "use strict";
  const DAY = 86400000;
  const { wallClock, dayStart } = window.chartMarkers;

  // Elements for tooltips: text only, so nothing that a seller typed can become markup.
  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function row(name, value, mark) {
    const line = element("div", "tip-row");
    if (mark) line.append(element("span", `tip-mark ${mark}`));
    line.append(element("span", "tip-name", name), element("span", "tip-value", value));
    return line;
  }

  // First the day's own figures of what is drawn, then what reports say of the whole period that it lies in.
  function dayTip(view, time) {
    const { data, format, texts, isOn } = view;
    const index = Math.floor((time - dayStart(data.days[0])) / DAY);
    const day = data.days[index];
    if (!day) return null;
    const tip = element("div", "tip");
    tip.append(element("div", "tip-head", format.weekday(dayStart(day)) + (day === data.now.slice(0, 10) ? ` – ${texts.today}` : "")));
    if (isOn("units")) tip.append(row(texts.units, format.count(data.units[index]), "mark-units"));
    for (const each of data.revenue.filter(({ currency }) => isOn(`revenue-${currency}`))) {
      tip.append(row(texts.revenue, format.money(each.values[index], each.currency), "mark-revenue"));
    }
    if (isOn("price")) tip.append(row(texts.price, pricesOn(view, dayStart(day)), "mark-price"));
    const where = (each) => (data.visitors.length > 1 ? `${texts.visitors} ${each.marketplace}` : texts.visitors);
    for (const each of data.visitors.filter(({ marketplace }) => isOn(`visitors-${marketplace}`))) {
      tip.append(row(where(each), format.count(each.values[index]), "mark-visits"));
    }
    tip.append(...comparedRows(view, index), ...spanRows(view, dayStart(day)), ...fallRows(view, day), ...noteRows(view, day), ...periodRows(view, day));
    return tip;
  }

  function fallRows({ fall }, day) {
    return fall && fall.day === day ? [element("div", "tip-note", fall.text)] : [];
  }

  // What was asked to be compared, each with its own day.
  function comparedRows({ data, format, texts, isOn }, index) {
    const { previous, account } = data.compared;
    const rows = [];
    const day = previous?.days[index];
    if (day && isOn("previous")) {
      rows.push(element("div", "tip-note", format.weekday(dayStart(day))), row(texts.units, format.count(previous.units[index]), "mark-ghost"));
      for (const each of previous.revenue.filter((found) => Number(found.values[index]))) {
        rows.push(row(texts.revenue, format.money(each.values[index], each.currency)));
      }
    }
    if (account && isOn("account")) rows.push(row(texts.account, format.count(account.units[index]), "mark-account"));
    return rows;
  }

  function noteRows({ data }, day) {
    return data.notes.filter((note) => note.from <= day && day <= note.to).map((note) => element("div", "tip-note", `⚑ ${note.text}`));
  }

  function pricesOn({ data, format, texts }, start) {
    const found = data.price
      .filter((each) => wallClock(each.from) < start + DAY && wallClock(each.to) > start)
      .map((each) => format.money(each.amount, each.currency));
    return found.length ? found.filter((each, index) => each !== found[index - 1]).join(" → ") : `— (${texts.unknown})`;
  }

  function periodRows(view, day) {
    return view.periods
      .filter((period) => period.from <= day && day <= period.to && isDrawn(view, period))
      .flatMap((period) => [element("div", "tip-period", periodName(view, period)), ...figures(view, period)]);
  }

  // Its days, and its marketplace where it is of one only: its figures are not of the whole offer then.
  function periodName({ format, texts }, { from, to, marketplace }) {
    return [`${texts.report}: ${format.span(from, to)}`, marketplace].filter(Boolean).join(", ");
  }

  function isDrawn({ isOn }, period) {
    return period.ads ? isOn(`ads-${period.currency}`) : isOn("periods") || isOn("conversion");
  }

  function spanRows({ data }, start) {
    return [...data.spans, ...data.gaps]
      .filter((each) => wallClock(each.from) < start + DAY && wallClock(each.to) > start)
      .map((each) => element("div", "tip-note", each.label));
  }

  // What a report says of the offer over its whole period; a phone has room for what is drawn only.
  function figures(view, period) {
    const rows = period.ads ? adsFigures(view, period) : salesFigures(view, period);
    return view.layout.isNarrow ? rows.filter((each) => each.querySelector(".tip-mark")) : rows;
  }

  function salesFigures({ format, texts }, period) {
    return [
      row(texts.periodVisits, format.count(period.visits), "mark-report"),
      row(texts.conversion, format.percent(period.conversion), "mark-conversion"),
      row(texts.units, format.count(period.units)),
      row(texts.revenue, format.money(period.revenue, period.currency)),
    ];
  }

  function adsFigures({ format, texts }, { ads, currency }) {
    return [
      row(texts.adsCost, format.money(ads.cost, currency), "mark-ads"),
      row(texts.adsClicks, format.count(ads.clicks)),
      row(texts.adsUnits, format.count(ads.units)),
      row(texts.adsRevenue, format.money(ads.revenue, currency)),
    ];
  }

  function when({ format, texts }, change) {
    if (change.days) return [...new Set(change.days)].map((day) => format.weekday(dayStart(day))).join(" – ");
    const from = format.moment(wallClock(change.from));
    if (change.moment) return from;
    return `${texts.between} ${from} ${texts.and} ${format.moment(wallClock(change.to))}`;
  }

  function changeLines(view, change) {
    const block = element("div", "tip-change");
    block.append(element("div", "tip-head", change.label), element("div", "tip-when", when(view, change)));
    block.append(element("div", "tip-text", change.text));
    if (change.author) block.append(element("div", "tip-note", change.author));
    if (change.note) block.append(element("div", "tip-note", change.note));
    return block;
  }

  function markTip(view, index) {
    const mark = view.marks[index];
    if (!mark) return null;
    const { texts } = view;
    const tip = element("div", "tip");
    const many = mark.changes.length > 1;
    if (many) tip.append(element("div", "tip-head", `${mark.changes.length} × ${view.labels[mark.group]}`));
    tip.append(...mark.changes.slice(0, 4).map((change) => changeLines(view, change)));
    if (mark.changes.length > 4) tip.append(element("div", "tip-note", `+ ${mark.changes.length - 4} ${texts.more}`));
    tip.append(element("div", "tip-hint", many ? texts.zoomHint : texts.openHint));
    return tip;
  }

  function tooltip(view) {
    return {
      trigger: "axis",
      confine: true,
      className: "chart-tip",
      padding: 0,
      borderWidth: 0,
      transitionDuration: 0,
      backgroundColor: "transparent",
      axisPointer: { type: "line", lineStyle: { color: view.colors.muted, type: "solid", opacity: 0.5 } },
      formatter(params) {
        if (Array.isArray(params)) return params.length ? dayTip(view, params[0].axisValue) : null;
        return params.seriesId === "markers" ? markTip(view, params.dataIndex) : null;
      },
    };
  }

  // A mark in one sentence, for screen readers.
  function spoken(view, mark) {
    const first = mark.changes[0];
    if (mark.changes.length === 1) return `${first.label}, ${when(view, first)}: ${first.text}`;
    const last = mark.changes[mark.changes.length - 1];
    const { format, texts } = view;
    const span = `${format.moment(wallClock(first.from))} – ${format.moment(wallClock(last.to))}`;
    return `${view.labels[mark.group]}: ${mark.changes.length} × ${texts.changes}, ${span}`;
  }

  window.chartTooltips = { tooltip, markTip, spoken };
})();
