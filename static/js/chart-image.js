// The chart as a picture: its title, its days, what it draws and the canvas, on the background of the present theme.
(function () {
  "use strict";
  const SCALE = 2;
  const EDGE = 20;
  const HEAD = 92;
  const SLIDER = 40; // the room of the zoom, which a picture does not have

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

  // The switched-on series with their colours and strokes, as many lines as they need; the height that they take.
  function writeLegend(pen, legend, top, width, colors) {
    let x = EDGE;
    let y = top;
    pen.font = `400 12px ${pen.family}`;
    for (const each of legend) {
      const room = pen.measureText(each.name).width + 46;
      if (x > EDGE && x + room > width - EDGE) {
        x = EDGE;
        y += 18;
      }
      drawSign(pen, each, x, y);
      pen.fillStyle = colors.text;
      pen.fillText(each.name, x + 26, y);
      x += room;
    }
    return y - top;
  }

  function drawSign(pen, { color, dash, isLine }, x, y) {
    pen.fillStyle = pen.strokeStyle = color;
    if (!isLine) {
      pen.fillRect(x, y - 9, 20, 9);
      return;
    }
    pen.setLineDash(Array.isArray(dash) ? dash : dash === "dashed" ? [5, 3] : []);
    pen.lineWidth = 2;
    pen.beginPath();
    pen.moveTo(x, y - 4);
    pen.lineTo(x + 20, y - 4);
    pen.stroke();
    pen.setLineDash([]);
  }

  function legendHeight(legend, width, family) {
    const pen = document.createElement("canvas").getContext("2d");
    pen.family = family;
    return writeLegend(pen, legend, 0, width, {});
  }

  // A PNG of the chart; `words` are its title and its days, `legend` [{name, color}].
  async function draw(chart, view, words, legend) {
    const picture = await loaded(chart.getDataURL({ pixelRatio: SCALE, backgroundColor: view.colors.surface, excludeComponents: ["dataZoom"] }));
    const canvas = document.createElement("canvas");
    const width = picture.width / SCALE + 2 * EDGE;
    const head = HEAD + legendHeight(legend, width, view.colors.font);
    const height = picture.height / SCALE + head - SLIDER;
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
    pen.drawImage(picture, EDGE, head - 4, picture.width / SCALE, picture.height / SCALE);
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
