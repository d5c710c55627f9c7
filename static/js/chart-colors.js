// The stylesheet's colours as "rgba(…)": a canvas understands oklch() and light-dark(), the chart library does not.
(function () {
  "use strict";
  const NAMES = [
    "units", "revenue", "price", "visits", "report", "conversion", "ads", "ghost", "account",
    "out_of_stock", "not_active", "gap", "text", "muted", "line", "surface", "filler",
  ];

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

  // All colours of the present theme; `groups` are the keys of the lanes.
  function readColors(groups) {
    const { read, done } = colorReader();
    const colors = Object.fromEntries(NAMES.map((name) => [name, read(name)]));
    colors.groups = Object.fromEntries(groups.map((key) => [key, read(`group-${key}`)]));
    colors.font = getComputedStyle(document.body).fontFamily;
    done();
    return colors;
  }

  window.chartColors = { readColors };
})();
