// The chart as a picture: its title, its days, what it draws and the canvas, on the background of the present theme.
(function () {
  "use strict";
  const SCALE = 2;
  const EDGE = 20;
  const HEAD = 92;

  function loaded(address) {
    return new Promise((resolve, reject) => {
      const image = new Image();
      image.addEventListener("load", () => resolve(image));
      image.addEventListener("error", reject);
      image.src = address;
    });
  }

  function write(pen, text, x, y, { size, weight = 400, color, width }) {
    pen.font = `${weight} ${size}px ${pen.family}`;
    pen.fillStyle = color;
    pen.fillText(shortened(pen, text, width), x, y);
  }

  function shortened(pen, text, width) {
    if (!width || pen.measureText(text).width <= width) return text;
    let end = text.length;
    while (end > 1 && pen.measureText(`${text.slice(0, end)}…`).width > width) end -= 1;
    return `${text.slice(0, end)}…`;
  }

  // The switched-on series with their colours, one after the other.
  function writeLegend(pen, legend, y, width, colors) {
    let x = EDGE;
    pen.font = `400 12px ${pen.family}`;
    for (const { name, color } of legend) {
      const room = pen.measureText(name).width + 38;
      if (x + room > width - EDGE) return;
      pen.fillStyle = color;
      pen.fillRect(x, y - 8, 14, 8);
      pen.fillStyle = colors.text;
      pen.fillText(name, x + 20, y);
      x += room;
    }
  }

  // A PNG of the chart; `words` are its title and its days, `legend` [{name, color}].
  async function draw(chart, view, words, legend) {
    const picture = await loaded(chart.getDataURL({ pixelRatio: SCALE, backgroundColor: view.colors.surface, excludeComponents: ["dataZoom"] }));
    const canvas = document.createElement("canvas");
    const width = picture.width / SCALE + 2 * EDGE;
    const height = picture.height / SCALE + HEAD;
    canvas.width = width * SCALE;
    canvas.height = height * SCALE;
    const pen = canvas.getContext("2d");
    pen.family = view.colors.font;
    pen.scale(SCALE, SCALE);
    pen.fillStyle = view.colors.surface;
    pen.fillRect(0, 0, width, height);
    write(pen, words.title, EDGE, 32, { size: 18, weight: 600, color: view.colors.text, width: width - 2 * EDGE });
    write(pen, words.days, EDGE, 54, { size: 13, color: view.colors.muted, width: width - 2 * EDGE });
    writeLegend(pen, legend, 80, width, view.colors);
    pen.drawImage(picture, EDGE, HEAD - 4, picture.width / SCALE, picture.height / SCALE);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  }

  function save(blob, name) {
    const anchor = document.createElement("a");
    anchor.href = URL.createObjectURL(blob);
    anchor.download = name;
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(anchor.href), 10000);
  }

  window.chartImage = { draw, save };
})();
