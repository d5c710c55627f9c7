// Markers of the offer's chart: what is shown apart and what is drawn as one mark with a count at the present zoom.
(function () {
  "use strict";
  const NEAR = 24; // pixels: closer marks would cover each other, or be too small to aim at
  const WIDEST = 72; // pixels: a group of points covers no more than this, however dense they are
  const DAY = 86400000;
  const BAND_FROM = 18; // pixels: an interval this wide is drawn with its true ends

  // "2026-09-07T14:03:00+02:00" as the milliseconds of its Warsaw wall clock, whatever the reader's own time zone is.
  function wallClock(text) {
    return Date.parse(text.slice(0, 19) + "Z");
  }

  // "2026-09-07" as the milliseconds of its beginning on the same clock.
  function dayStart(day) {
    return Date.parse(day + "T00:00:00Z");
  }

  function placed(change, toPixel) {
    const from = wallClock(change.from);
    const to = wallClock(change.to);
    return { change, from, to, left: toPixel(from), right: toPixel(to) };
  }

  function isBand(mark) {
    return !mark.change.moment && mark.right - mark.left >= BAND_FROM;
  }

  // Bands that overlap would hide each other: they join, and each is still drawn with its own ends.
  function joinBands(marks) {
    const joined = [];
    for (const mark of [...marks].sort((a, b) => a.left - b.left)) {
      const last = joined[joined.length - 1];
      if (last && mark.left < last.right - 3) {
        last.changes.push(mark.change);
        last.members.push(mark);
        last.right = Math.max(last.right, mark.right);
        last.to = Math.max(last.to, mark.to);
      } else {
        joined.push({ ...mark, band: true, changes: [mark.change], members: [mark] });
      }
    }
    return joined;
  }

  // Points, from left to right: one that comes too close to the group before it joins the group.
  function joinPoints(marks) {
    const joined = [];
    for (const mark of marks) {
      const last = joined[joined.length - 1];
      const middle = (mark.left + mark.right) / 2;
      if (last && middle - last.end < NEAR && middle - last.begin < WIDEST) {
        last.changes.push(mark.change);
        last.end = middle;
        last.to = Math.max(last.to, mark.to);
      } else {
        joined.push({ ...mark, band: false, begin: middle, end: middle, changes: [mark.change] });
      }
    }
    return joined;
  }

  // The count of a band stands where no point covers it: in its middle, else near one of its ends.
  function placeCount(band, points) {
    const places = [(band.left + band.right) / 2, band.left + 10, band.right - 10];
    const free = places.find((x) => points.every((point) => Math.abs((point.begin + point.end) / 2 - x) > 18));
    return { ...band, count: (free ?? places[0]) - band.left };
  }

  function lane(changes, toPixel) {
    const marks = changes.map((change) => placed(change, toPixel)).sort((a, b) => a.left + a.right - b.left - b.right);
    const points = joinPoints(marks.filter((mark) => !isBand(mark)));
    return [...joinBands(marks.filter(isBand)).map((band) => placeCount(band, points)), ...points];
  }

  // A note in the form of a change: a band over its whole days in a lane of its own.
  function noteAsChange(note, label) {
    const end = new Date(dayStart(note.to) + DAY).toISOString().slice(0, 10);
    return { ...note, group: "notes", label, from: `${note.from}T00:00:00`, to: `${end}T00:00:00`, days: [note.from, note.to], moment: false };
  }

  // All marks of all lanes; `lanes` are the keys of the groups from top to bottom.
  function cluster(changes, lanes, toPixel) {
    return lanes.flatMap((key, row) =>
      lane(
        changes.filter((change) => change.group === key),
        toPixel,
      ).map((mark) => ({ ...mark, row, group: key })),
    );
  }

  window.chartMarkers = { cluster, dayStart, noteAsChange, wallClock };
})();
