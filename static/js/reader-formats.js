// Numbers, money, days and moments in the charts, exactly as the pages around write them (accounts/templatetags/ui.py).
(function () {
  "use strict";
  const SPACE = "\u00a0";
  const SIGNS = { PLN: "zł", EUR: "€", CZK: "Kč", HUF: "Ft", RON: "lei" }; // as CURRENCY_SIGNS there

  // `unknown` are the words for a value that is not known; days and moments are milliseconds of a UTC clock.
  function make(page, unknown) {
    const language = page === "en" ? "en-GB" : page;
    const digits = (fewest, most) => new Intl.NumberFormat(language, { minimumFractionDigits: fewest, maximumFractionDigits: most, useGrouping: "always" });
    const whole = digits(0, 2);
    const date = page === "en" ? { day: "numeric", month: "short", year: "numeric" } : { day: "2-digit", month: "2-digit", year: "numeric" };
    const writer = (parts) => new Intl.DateTimeFormat(language, { timeZone: "UTC", ...parts });
    const [day, weekday, time] = [writer(date), writer({ weekday: "short" }), writer({ hour: "2-digit", minute: "2-digit" })];
    const known = (write) => (value, ...more) => (value === null || value === undefined ? `— (${unknown})` : write(Number(value), ...more));
    const shortDay = (value) => day.format(value).replaceAll(" ", SPACE).replace("Sept", "Sep");

    // Whole forints have no digits behind the point, everything else has two; Polish writes the sign behind.
    function money(value, currency) {
      if (!currency) return whole.format(value);
      const number = (currency === "HUF" && Number.isInteger(value) ? whole : digits(2, 2)).format(value);
      return page === "en" ? `${currency}${SPACE}${number}` : `${number}${SPACE}${SIGNS[currency] || currency}`;
    }

    return {
      count: known((value) => whole.format(value)),
      money: known(money),
      percent: known((value) => `${digits(2, 2).format(value * 100)}${SPACE}%`),
      day: shortDay,
      weekday: (value) => `${weekday.format(value)}, ${shortDay(value)}`,
      // The days of a period, both ISO days.
      span: (from, to) => `${shortDay(Date.parse(from))} – ${shortDay(Date.parse(to))}`,
      moment: (value) => `${shortDay(value)}, ${time.format(value)}`,
    };
  }

  window.readerFormats = { make };
})();
