(() => {
"use strict";
const NS = "http://www.w3.org/2000/svg";
const data = JSON.parse(document.getElementById("data").textContent);
const by = id => document.getElementById(id);
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const INK = "#1a1a1a", GREY = "#5c5c5c", FAINT = "#d9d9d9", GROUND = "#b9b4aa";

/* ---------- small parts ---------- */
function make(tag, attributes = {}, parent = null, text = null) {
  const element = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== null) element.textContent = text;
  if (parent) parent.append(element);
  return element;
}
function html(tag, attributes = {}, parent = null, text = null) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== null) element.textContent = text;
  if (parent) parent.append(element);
  return element;
}
const clear = element => { while (element.lastChild) element.lastChild.remove(); };
const minus = text => String(text).replace(/(^|[^\w.])-(?=\d)/g, "$1\u2212");
const words = (value, digits) => minus((Math.abs(value) < 0.5 * 10 ** -digits ? 0 : Number(value)).toLocaleString("en-US",
  {minimumFractionDigits: digits, maximumFractionDigits: digits}));
const clamp = (x, low, high) => Math.min(Math.max(x, low), high);
function ticks(low, high, most) {
  const rough = (high - low) / most, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map(k => k * power).find(k => k >= rough * 0.999);
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) found.push(k * step);
  return {step, at: found, digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9) + (/^2\.5/.test(String(step / power)) ? 1 : 0))};
}
function latitude(x) { return `${Math.abs(x).toFixed(2)}\u00b0 ${x < 0 ? "S" : "N"}`; }
function longitude(x) { const e = ((x + 180) % 360 + 360) % 360 - 180; return `${Math.abs(e).toFixed(2)}\u00b0 ${e < 0 ? "W" : "E"}`; }
/* the place of a time among those of a flight: index before, and how far on the way to the next */
function place(times, t) {
  if (t <= times[0]) return [0, 0];
  let low = 0, high = times.length - 1;
  if (t >= times[high]) return [high, 0];
  while (high - low > 1) { const middle = (low + high) >> 1; if (times[middle] <= t) low = middle; else high = middle; }
  return [low, (t - times[low]) / (times[high] - times[low] || 1)];
}
function value(series, [i, part]) {
  const a = series[i], b = series[Math.min(i + 1, series.length - 1)];
  if (a === null) return null;
  return b === null || part === 0 ? a : a + part * (b - a);
}
function path(xs, ys, toX, toY) {
  let made = "", drawing = false;
  for (let i = 0; i < xs.length; i++) {
    if (xs[i] === null || ys[i] === null) { drawing = false; continue; }
    made += `${drawing ? "L" : "M"}${toX(xs[i]).toFixed(1)} ${toY(ys[i]).toFixed(1)}`;
    drawing = true;
  }
  return made;
}
const sizeOf = box => Math.max(260, Math.floor(box.clientWidth || 600));
/* axes with grid and labels; gives the scales and the group, clipped, to draw into */
let clips = 0;
function axes(svg, width, height, [x0, x1], [y0, y1], options = {}) {
  const edge = {left: 58, right: 12, top: 8, bottom: options.xTitle ? 38 : 24, ...options.edge};
  clear(svg);
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("height", height);
  const right = width - edge.right, bottom = height - edge.bottom;
  const toX = x => edge.left + (x - x0) / (x1 - x0) * (right - edge.left);
  const toY = y => bottom - (y - y0) / (y1 - y0) * (bottom - edge.top);
  const clip = `clip${clips++}`;
  make("rect", {x: edge.left, y: edge.top, width: right - edge.left, height: bottom - edge.top}, make("clipPath", {id: clip}, make("defs", {}, svg)));
  const back = make("g", {"clip-path": `url(#${clip})`}, svg);
  const grid = make("g", {stroke: FAINT, "stroke-width": 1}, svg), labels = make("g", {class: "tick"}, svg);
  const scale = options.xScale || 1, across = ticks(x0 / scale, x1 / scale, Math.max(2, (right - edge.left) / 80));
  for (const x of across.at) {
    make("line", {x1: toX(x * scale), x2: toX(x * scale), y1: edge.top, y2: bottom}, grid);
    make("text", {x: toX(x * scale), y: bottom + 15, "text-anchor": "middle"}, labels, options.xWords ? options.xWords(x) : words(x, across.digits));
  }
  const up = ticks(y0, y1, Math.max(2, (bottom - edge.top) / 36));
  for (const y of up.at) {
    make("line", {x1: edge.left, x2: right, y1: toY(y), y2: toY(y)}, grid);
    make("text", {x: edge.left - 6, y: toY(y) + 4, "text-anchor": "end"}, labels, options.yWords ? options.yWords(y) : words(y, up.digits));
  }
  if (options.xTitle) make("text", {x: (edge.left + right) / 2, y: height - 5, "text-anchor": "middle"}, labels, options.xTitle);
  make("rect", {x: edge.left, y: edge.top, width: right - edge.left, height: bottom - edge.top, fill: "none", stroke: GREY}, svg);
  return {toX, toY, back, front: make("g", {"clip-path": `url(#${clip})`}, svg), edge, right, bottom,
    fromX: px => x0 + (px - edge.left) / (right - edge.left) * (x1 - x0)};
}
function pointed(event, svg, width) { const box = svg.getBoundingClientRect(); return (event.clientX - box.left) / box.width * width; }
function spread(values, room) {
  let low = Infinity, high = -Infinity;
  for (const each of values) if (each !== null && isFinite(each)) { low = Math.min(low, each); high = Math.max(high, each); }
  if (low > high) return [0, 1];
  const wide = high - low || Math.max(Math.abs(high) * 0.1, 1);
  return [low - room * wide, high + room * wide];
}
const drawings = [];
function redraw() { for (const draw of drawings) draw(); }
let pending = 0, lastWidth = 0;
addEventListener("resize", () => { cancelAnimationFrame(pending); pending = requestAnimationFrame(() => {
  if (document.documentElement.clientWidth !== lastWidth) { lastWidth = document.documentElement.clientWidth; redraw(); } }); });
lastWidth = document.documentElement.clientWidth;

for (const button of document.querySelectorAll("button[data-copy]")) button.addEventListener("click", async () => {
  const text = by(button.dataset.copy).textContent;
  try { await navigator.clipboard.writeText(text); button.textContent = "copied"; }
  catch { getSelection().selectAllChildren(by(button.dataset.copy)); button.textContent = "selected: press Ctrl+C"; }
});

/* ---------- the flights ---------- */
if (data.flights) {
  const flights = data.flights, shown = {flights: new Set(flights.map((_, i) => i)), kinds: new Set(["true", "estimated", "commanded"])};
  let view = [data.views[0].from, data.views[0].to], now = data.cursor_s;
  const marks = [];  /* what follows the cursor */
  const inView = i => shown.flights.has(i);
  const unit = () => { const wide = view[1] - view[0]; return wide > 18000 ? [3600, "h"] : wide > 900 ? [60, "min"] : [1, "s"]; };
  const clock = t => { const zero = Date.parse(data.zero_utc); return new Date(zero + 1000 * t).toISOString().replace("T", " ").slice(0, wideDigits()) + " UTC"; };
  const wideDigits = () => view[1] - view[0] < 120 ? 21 : 19;

  function setNow(t) {
    now = clamp(t, view[0], view[1]);
    const input = by("time");
    input.min = view[0]; input.max = view[1]; input.step = (view[1] - view[0]) / 1000; input.value = now;
    const [scale, name] = unit(), text = `${words(now / scale, scale === 1 ? 1 : 2)} ${name} after ${data.zero_words}`;
    by("now").textContent = data.one_clock ? `${text}, ${clock(now)}` : text;
    input.setAttribute("aria-valuetext", by("now").textContent);
    for (const mark of marks) mark();
  }
  by("time").addEventListener("input", event => setNow(Number(event.target.value)));
  /* only where the slider or the panels have the focus: elsewhere the keys scroll the page */
  for (const place of [by("time"), by("panels")]) place.addEventListener("keydown", event => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const step = (view[1] - view[0]) * (event.shiftKey ? 0.05 : 0.005);
    const moves = {ArrowLeft: now - step, ArrowRight: now + step, Home: view[0], End: view[1]};
    if (event.key in moves) { event.preventDefault(); setNow(moves[event.key]); }
  });
  function setView(from, to) { view = [from, to]; redraw(); setNow(now);
    for (const button of by("views").querySelectorAll("button[data-view]")) {
      const v = data.views[button.dataset.view]; button.setAttribute("aria-pressed", v.from === from && v.to === to); } }
  data.views.forEach((v, k) => { const button = html("button", {type: "button", "data-view": k, "aria-pressed": k === 0}, by("views"), v.name);
    button.addEventListener("click", () => setView(v.from, v.to)); });
  const whole = [Math.min(...data.views.map(v => v.from)), Math.max(...data.views.map(v => v.to))];
  function zoom(factor) {
    const half = Math.max(0.5, (view[1] - view[0]) * factor / 2);
    const from = clamp(now - half, whole[0], whole[1]), to = clamp(now + half, whole[0], whole[1]);
    if (to - from > 0.5) setView(from, to);
  }
  [["\u2212", 2, "show more time"], ["+", 0.5, "show less time, about the cursor"]].forEach(([text, factor, name]) =>
    html("button", {type: "button", "aria-label": name, title: name}, by("views"), text).addEventListener("click", () => zoom(factor)));
  if (!still) {
    const button = html("button", {type: "button"}, by("views"), "play");
    let running = 0, last = 0;
    const step = stamp => { const t = now + (view[1] - view[0]) * Math.min(stamp - last, 100) / 20000; last = stamp;
      setNow(t); if (t >= view[1]) stop(); else running = requestAnimationFrame(step); };
    const stop = () => { cancelAnimationFrame(running); running = 0; button.textContent = "play"; };
    button.addEventListener("click", () => { if (running) return stop(); if (now >= view[1] - 1e-6) setNow(view[0]);
      button.textContent = "pause"; last = performance.now(); running = requestAnimationFrame(step); });
  }
  const known = kind => flights.some(f => Object.values(f.lines).some(line => line[kind]));
  function box(text, checked, change, sample) {
    const label = html("label", {}, by("shown")), input = html("input", {type: "checkbox"}, label);
    input.checked = checked; input.addEventListener("change", () => { change(input.checked); redraw(); setNow(now); });
    const line = make("svg", {width: 34, height: 10, viewBox: "0 0 34 10", "aria-hidden": "true"}, label);
    make("line", {x1: 1, x2: 33, y1: 5, y2: 5, ...sample}, line);
    html("span", {}, label, text);
  }
  const flip = (set, key) => on => { if (on) set.add(key); else set.delete(key); };
  const look = {true: f => ({stroke: f.color, "stroke-width": 2.2, "stroke-dasharray": f.dash}),
    estimated: f => ({stroke: f.color, "stroke-width": 3, "stroke-dasharray": "0.1 5", "stroke-linecap": "round"}),
    commanded: () => ({stroke: INK, "stroke-width": 1.3, "stroke-dasharray": "9 3 2 3"})};
  if (flights.length > 1) flights.forEach((f, i) => box(f.label, true, flip(shown.flights, i), look.true(f)));
  for (const kind of ["true", "estimated", "commanded"])
    if (known(kind)) box(kind, true, flip(shown.kinds, kind), {...look[kind]({color: GREY, dash: "none"})});

  /* panels over time */
  for (const panel of data.panels) {
    const figure = html("figure", {class: "panel"}, by("panels"));
    html("figcaption", {}, figure, `${panel.title} (${panel.unit})`);
    const svg = make("svg", {role: "img", "aria-label": `${panel.title} against time; the values at the cursor stand below`}, figure);
    const readout = html("p", {class: "readout"}, figure);
    let frame = null, width = 0;
    const lines = function* () {
      for (const [i, f] of flights.entries()) if (inView(i) && f.lines[panel.key])
        for (const kind of ["commanded", "estimated", "true"]) if (shown.kinds.has(kind) && f.lines[panel.key][kind]) yield [f, kind, f.lines[panel.key][kind]];
    };
    const draw = () => {
      width = sizeOf(figure);
      const inside = [];
      for (const [f, , line] of lines()) for (let i = 0; i < line.length; i++)
        if (f.t[i] >= view[0] && f.t[i] <= view[1]) inside.push(line[i]);
      for (const [f, , line] of lines()) for (const t of view) if (t >= f.t[0] && t <= f.t[f.t.length - 1]) inside.push(value(line, place(f.t, t)));
      const [scale, name] = unit();
      let [low, high] = spread(inside, 0.06);
      if (panel.floor !== undefined && low > panel.floor && low < 0.5 * high) low = panel.floor - 0.04 * (high - panel.floor);
      frame = axes(svg, width, 172, view, [low, high], {xScale: scale, xTitle: `${name} after ${data.zero_words}`});
      for (const f of flights.filter((_, i) => inView(i))) for (const [from, to] of f.burning)
        make("rect", {x: frame.toX(from), y: frame.bottom - 5, width: Math.max(1, frame.toX(to) - frame.toX(from)), height: 5, fill: f.color, opacity: 0.55}, frame.back);
      const ground = panel.key === "altitude" && data.ground_of !== null && inView(data.ground_of) ? flights[data.ground_of] : null;
      if (ground) { const edge = path(ground.t, ground.ground, frame.toX, frame.toY);
        if (edge) make("path", {d: `${edge}L${frame.toX(ground.t[ground.t.length - 1])} 2000L${frame.toX(ground.t[0])} 2000Z`, fill: GROUND, opacity: 0.8}, frame.back); }
      for (const [f, kind, line] of lines())
        make("path", {d: path(f.t, line, frame.toX, frame.toY), fill: "none", "stroke-linejoin": "round", ...look[kind](f)}, frame.front);
      mark.line = make("line", {y1: frame.edge.top, y2: frame.bottom, stroke: INK, "stroke-width": 1.2}, frame.front);
      mark.dots = make("g", {}, frame.front);
    };
    const mark = () => {
      if (!frame) return;
      for (const end of ["x1", "x2"]) mark.line.setAttribute(end, frame.toX(now));
      clear(mark.dots); clear(readout);
      for (const [f, kind, line] of [...lines()].reverse()) {
        if (now < f.t[0] - 1e-6 || now > f.t[f.t.length - 1] + 1e-6) continue;
        const y = value(line, place(f.t, now));
        if (y === null) continue;
        make("circle", {cx: frame.toX(now), cy: frame.toY(y), r: kind === "true" ? 4 : 2.6, fill: kind === "commanded" ? INK : f.color, stroke: "#fff"}, mark.dots);
        const item = html("span", {}, readout);
        html("i", {style: `background:${kind === "commanded" ? INK : f.color}`}, item);
        item.append(`${flights.length > 1 ? f.label + " " : ""}${kind === "true" ? "" : kind + " "}${words(y, panel.digits)} ${panel.unit}`);
      }
      if (!readout.childNodes.length) readout.textContent = "\u00a0";
    };
    drawings.push(draw); marks.push(mark);
    const follow = event => { if (frame) setNow(frame.fromX(pointed(event, svg, width))); };
    svg.addEventListener("pointermove", event => { if (event.pointerType === "mouse" || event.buttons) follow(event); });
    svg.addEventListener("pointerdown", follow);
  }

  /* the map */
  function mapOf(target, window, draw) {
    const svg = make("svg", {role: "img", "aria-label": target.dataset.alt}, target);
    drawings.push(() => {
      const width = sizeOf(target), tall = clamp((width - 70) * (window.north - window.south) / ((window.east - window.west) * window.shrink), 150, 620) + 32;
      const frame = axes(svg, width, tall, [window.west, window.east], [window.south, window.north],
        {xWords: x => longitude(x).replace(/\.?0+\u00b0/, "\u00b0"), yWords: y => latitude(y).replace(/\.?0+\u00b0/, "\u00b0")});
      if (window.image) { make("image", {href: window.image, x: frame.edge.left, y: frame.edge.top, width: frame.right - frame.edge.left,
        height: frame.bottom - frame.edge.top, preserveAspectRatio: "none"}, frame.back); }
      const at = site => [frame.toX(wrap(window, site.longitude)), frame.toY(site.latitude)];
      for (const [x, y] of window.sites.map(at)) make("circle", {cx: x, cy: y, r: 6, fill: "none", stroke: INK, "stroke-width": 1.5}, frame.front);
      const busy = [...draw(frame, window), ...window.sites.map(at).flatMap(([x, y]) => around(x, y, 6))];
      for (const site of window.sites) label(frame, at(site), site.title, busy);
    });
  }
  /* a text beside a point, where it covers the fewest of the places in pixels that are taken; it takes its own */
  const around = (x, y, r) => [-r, 0, r].flatMap(dx => [-r, 0, r].map(dy => [x + dx, y + dy]));
  function label(frame, [x, y], title, busy) {
    const text = make("text", {class: "halo"}, frame.front, title), wide = text.getComputedTextLength();
    const covers = ([left, base]) => left < frame.edge.left || left + wide > frame.right || base - 13 < frame.edge.top || base + 4 > frame.bottom ? Infinity
      : busy.filter(([px, py]) => px > left - 3 && px < left + wide + 3 && py > base - 14 && py < base + 5).length;
    const places = [10, 22, 40].flatMap(r => [[x + r, y - r + 2], [x - r - wide, y - r + 2], [x + r, y + r + 8], [x - r - wide, y + r + 8], [x - wide / 2, y - r - 4], [x - wide / 2, y + r + 14]]);
    const [left, base] = places.reduce((best, each) => covers(each) < covers(best) ? each : best);
    text.setAttribute("x", left); text.setAttribute("y", base);
    for (let px = left; px <= left + wide; px += 6) busy.push([px, base - 4]);
  }
  const wrap = (window, lon) => { const least = (window.west + window.east) / 2 - 180; return least + ((lon - least) % 360 + 360) % 360; };
  if (data.map && by("map")) {
    let dots = null, frame = null;
    mapOf(by("map"), data.map, (made, window) => {
      frame = made;
      const taken = [];  /* by lines and crosses, each 6 pixels */
      flights.forEach((f, i) => {
        if (!inView(i)) return;
        let made = "", before = null;
        for (let k = 0; k < f.t.length; k++) {
          const x = wrap(window, f.lon[k]), joined = before !== null && Math.abs(x - before) < 180, here = [frame.toX(x), frame.toY(f.lat[k])];
          made += `${joined ? "L" : "M"}${here[0].toFixed(1)} ${here[1].toFixed(1)}`;
          if (joined) {
            const from = [frame.toX(before), frame.toY(f.lat[k - 1])], steps = Math.min(500, Math.ceil(Math.hypot(here[0] - from[0], here[1] - from[1]) / 6));
            for (let n = 1; n <= steps; n++) taken.push([from[0] + n / steps * (here[0] - from[0]), from[1] + n / steps * (here[1] - from[1])]);
          }
          before = x;
        }
        make("path", {d: made, fill: "none", ...look.true(f)}, frame.front);
        if (f.down) { const last = f.t.length - 1, x = frame.toX(wrap(window, f.lon[last])), y = frame.toY(f.lat[last]);
          make("path", {d: `M${x - 5} ${y - 5}l10 10m0 -10l-10 10`, stroke: f.color, "stroke-width": 3}, frame.front); taken.push(...around(x, y, 5)); }
      });
      dots = make("g", {}, frame.front);
      return taken.filter(([x, y]) => x > frame.edge.left && x < frame.right && y > frame.edge.top && y < frame.bottom);
    });
    marks.push(() => {
      clear(dots);
      const said = [], shows = (lon, lat) => lon >= data.map.west && lon <= data.map.east && lat >= data.map.south && lat <= data.map.north;
      flights.forEach((f, i) => {
        if (!inView(i) || now < f.t[0] || now > f.t[f.t.length - 1] + 1e-6) return;
        const [k, part] = place(f.t, now), next = Math.min(k + 1, f.t.length - 1);
        const turn = ((f.lon[next] - f.lon[k] + 540) % 360) - 180, lon = f.lon[k] + part * turn, lat = value(f.lat, [k, part]);
        make("circle", {cx: frame.toX(wrap(data.map, lon)), cy: frame.toY(lat), r: 5.5, fill: f.color, stroke: "#fff", "stroke-width": 1.5}, dots);
        said.push(`${flights.length > 1 ? f.label + " " : ""}${latitude(lat)} ${longitude(lon)}${shows(wrap(data.map, lon), lat) ? "" : ", outside this map"}`);
      });
      by("map-now").textContent = said.join("; ") || "\u00a0";
    });
  }

  /* the last kilometres from the side */
  if (data.profiles.length && by("profile")) {
    const svg = make("svg", {role: "img", "aria-label": by("profile").dataset.alt}, by("profile"));
    let frame = null, dots = null;
    drawings.push(() => {
      const width = sizeOf(by("profile")), all = data.profiles.flatMap(p => [...p.altitude, ...p.ground]), xs = data.profiles.flatMap(p => p.distance);
      const y = spread(all, 0.08), x = [Math.min(...xs), Math.max(...xs)];
      frame = axes(svg, width, 240, x, y, {xTitle: "km along the ground from where the flight ended"});
      const times = ((frame.bottom - frame.edge.top) / (y[1] - y[0])) / ((frame.right - frame.edge.left) / (x[1] - x[0]));
      by("profile-scale").textContent = times > 1.05 ? `Heights are drawn ${times.toFixed(times < 10 ? 1 : 0)} times too large.`
        : times < 0.95 ? `Heights are drawn ${(1 / times).toFixed(1)} times too small.` : "To scale.";
      data.profiles.forEach((p, k) => {
        const edge = path(p.distance, p.ground, frame.toX, frame.toY), f = flights[p.flight];
        if (k === data.profiles.length - 1 && edge) make("path", {d: `${edge}L${frame.right} 2000L${frame.edge.left} 2000Z`, fill: GROUND}, frame.back);
        make("path", {d: path(p.distance, p.altitude, frame.toX, frame.toY), fill: "none", ...look.true(f)}, frame.front);
      });
      dots = make("g", {}, frame.front);
    });
    const rad = Math.PI / 180;
    marks.push(() => {
      clear(dots);
      for (const p of data.profiles) {
        const f = flights[p.flight], last = f.t.length - 1;
        if (!inView(p.flight) || now < f.t[0] || now > f.t[last]) continue;
        const at = place(f.t, now), lat = value(f.lat, at) * rad, lon = value(f.lon, at) * rad, to = f.lat[last] * rad, turn = f.lon[last] * rad - lon;
        const away = Math.atan2(Math.hypot(Math.cos(to) * Math.sin(turn), Math.cos(lat) * Math.sin(to) - Math.sin(lat) * Math.cos(to) * Math.cos(turn)),
          Math.sin(lat) * Math.sin(to) + Math.cos(lat) * Math.cos(to) * Math.cos(turn)) * 1737.4;
        make("circle", {cx: frame.toX(-away), cy: frame.toY(value(f.height, at)), r: 5, fill: f.color, stroke: "#fff"}, dots);
      }
    });
  }

  /* the orbit in space */
  if (by("orbit")) {
    const svg = make("svg", {role: "application", tabindex: 0, "aria-label": by("orbit").dataset.alt}, by("orbit"));
    const R = 1737.4, dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
    const unitOf = a => { const n = Math.hypot(...a) || 1; return a.map(x => x / n); };
    const plus = (a, k, b, m) => a.map((x, i) => k * x + m * b[i]);
    const from = (lat, lon, r = R) => { const c = Math.cos(lat); return [r * c * Math.cos(lon), r * c * Math.sin(lon), r * Math.sin(lat)]; };
    const main = flights[flights.length - 1], at = (f, i) => [f.x[i], f.y[i], f.z[i]], n = main.t.length;
    const end = at(main, n - 1);
    let back = n - 1;  /* far enough back for a direction: a vertical descent has none */
    while (back > 0 && Math.hypot(...plus(at(main, back), 1, end, -1)) < 20) back--;
    const across = cross(at(main, back), end), normal = unitOf(across.some(x => x) ? across : [0, 0, 1]);
    let scale, centre, forward, up, span;  /* forward: from the Moon to the eye */
    const cameras = {
      whole: () => { centre = [0, 0, 0]; span = 2.15 * Math.max(R * 1.02, ...flights.map(f => Math.max(...f.x.map((_, i) => Math.hypot(...at(f, i))))));
        forward = unitOf(plus(normal, 0.55, unitOf(end), 0.85)); up = [0, 0, 1]; if (Math.abs(dot(forward, up)) > 0.95) up = [0, 1, 0]; },
      near: () => { span = data.near_km; const first = main.t.findIndex((_, i) => Math.hypot(...plus(at(main, i), 1, end, -1)) < 0.72 * span);
        centre = plus(end, 0.5, at(main, Math.max(first, 0)), 0.5); forward = unitOf(plus(normal, -0.96, unitOf(end), 0.28)); up = unitOf(end); },
    };
    cameras[data.near_first ? "near" : "whole"]();
    let half = 0;
    const project = p => { const d = plus(p, 1, centre, -1); return [half + scale * dot(d, rightOf()), half * tallPart - scale * dot(d, upOf())]; };
    let rightAxis, upAxis; const rightOf = () => rightAxis, upOf = () => upAxis; let tallPart = 1;
    const hidden = p => { const depth = dot(p, forward); return depth < 0 && dot(p, p) - depth * depth < R * R * 0.9999; };
    const onBack = p => dot(p, forward) < 0;
    function line(points, hide, attributes) {
      let front = "", back = "", before = null;
      for (const p of points) { const [x, y] = project(p), h = hide(p), text = `${x.toFixed(1)} ${y.toFixed(1)}`;
        if (before && Math.abs(x) < 9000 && Math.abs(y) < 9000) { if (h || before.h) back += `M${before.text}L${text}`; else front += front.endsWith(before.text) ? `L${text}` : `M${before.text}L${text}`; }
        before = {h, text}; }
      if (back && hide === hidden) make("path", {d: back, fill: "none", ...attributes, opacity: 0.28, "stroke-width": 1.2}, svg);
      make("path", {d: front, fill: "none", ...attributes}, svg);
    }
    let dots = null;
    function render() {
      const width = sizeOf(by("orbit")); half = width / 2;
      const height = Math.min(width, 420); tallPart = height / width;
      scale = height / span; clear(svg);
      svg.setAttribute("viewBox", `0 0 ${width} ${height}`); svg.setAttribute("height", height);
      rightAxis = unitOf(cross(up, forward)); upAxis = cross(forward, rightAxis);
      const [cx, cy] = project([0, 0, 0]);
      make("circle", {cx, cy, r: scale * R, fill: "#efede8", stroke: GREY, "stroke-width": 1.2}, svg);
      const near = span < 2000, c = unitOf(end), lat0 = Math.asin(c[2]), lon0 = Math.atan2(c[1], c[0]), rad = Math.PI / 180;
      const step = near ? [0.1, 0.2, 0.5, 1, 2, 5, 10].map(k => k * rad).find(k => k * R > span / 9) || 10 * rad : 30 * rad;
      const reach = near ? 1.4 * span / R : Math.PI, narrow = Math.max(Math.cos(lat0), 0.05), grid = {stroke: "#c4bfb5", "stroke-width": 1};
      const lats = near ? [lat0 - reach, lat0 + reach] : [-Math.PI / 2, Math.PI / 2], lons = near ? [lon0 - reach / narrow, lon0 + reach / narrow] : [-Math.PI, Math.PI];
      const fine = (low, high) => Array.from({length: 61}, (_, k) => low + (high - low) * k / 60);
      for (let lat = Math.ceil(lats[0] / step) * step; lat <= lats[1] + 1e-9; lat += step) if (Math.abs(lat) < Math.PI / 2) line(fine(...lons).map(lon => from(lat, lon)), onBack, grid);
      for (let lon = Math.ceil(lons[0] / step) * step; lon < lons[1] - 1e-9; lon += step) line(fine(Math.max(lats[0], -Math.PI / 2), Math.min(lats[1], Math.PI / 2)).map(lat => from(lat, lon)), onBack, grid);
      flights.forEach((f, i) => { if (inView(i)) line(f.t.map((_, k) => at(f, k)), hidden, look.true(f)); });
      for (const site of data.map ? data.map.sites : []) { const p = from(site.latitude * rad, site.longitude * rad, R + site.elevation_km);
        if (!onBack(p)) { const [x, y] = project(p); make("circle", {cx: x, cy: y, r: 4, fill: "none", stroke: INK, "stroke-width": 1.5}, svg);
          const left = x > 0.7 * width;
          make("text", {x: x + (left ? -7 : 7), y: y - 8, "text-anchor": left ? "end" : "start", class: "halo"}, svg, site.title); } }
      const pole = from(Math.PI / 2, 0);
      if (!near && !onBack(pole)) { const [x, y] = project(pole); make("text", {x, y: y - 5, "text-anchor": "middle", class: "tick"}, svg, "N"); }
      dots = make("g", {}, svg); follow();
    }
    function follow() {
      if (!dots) return; clear(dots);
      flights.forEach((f, i) => { if (!inView(i) || now < f.t[0] || now > f.t[f.t.length - 1] + 1e-6) return;
        const k = place(f.t, now), p = [value(f.x, k), value(f.y, k), value(f.z, k)], [x, y] = project(p);
        make("circle", {cx: x, cy: y, r: 5.5, fill: hidden(p) ? "#fff" : f.color, stroke: hidden(p) ? f.color : "#fff", "stroke-width": 2}, dots); });
    }
    function turn(dx, dy) { const r = cross(up, forward);
      forward = unitOf(plus(plus(forward, 1, unitOf(r), -dx), 1, upAxis, dy));
      const flat = plus(up, 1, forward, -dot(up, forward)); if (Math.hypot(...flat) < 0.15) up = upAxis; render(); }
    let held = null;
    svg.addEventListener("pointerdown", event => { held = [event.clientX, event.clientY]; svg.setPointerCapture(event.pointerId); });
    svg.addEventListener("pointermove", event => { if (!held) return; turn((event.clientX - held[0]) / 160, (event.clientY - held[1]) / 160); held = [event.clientX, event.clientY]; });
    for (const name of ["pointerup", "pointercancel"]) svg.addEventListener(name, () => { held = null; });
    svg.addEventListener("keydown", event => {
      const keys = {ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1]};
      if (event.key in keys) { event.preventDefault(); turn(...keys[event.key]); }
      if (event.key === "+" || event.key === "-") { event.preventDefault(); span *= event.key === "+" ? 0.8 : 1.25; render(); } });
    const buttons = by("cameras");
    [["whole", "whole orbit"], ["near", data.near_words]].forEach(([name, text], k) => { const button = html("button", {type: "button", "aria-pressed": (k === 1) === data.near_first}, buttons, text);
      button.addEventListener("click", () => { cameras[name](); for (const each of buttons.querySelectorAll("[aria-pressed]")) each.setAttribute("aria-pressed", each === button); render(); }); });
    [["\u2212", 1.25, "farther"], ["+", 0.8, "nearer"]].forEach(([text, factor, name]) => html("button", {type: "button", "aria-label": name}, buttons, text)
      .addEventListener("click", () => { span *= factor; render(); }));
    drawings.push(render); marks.push(follow);
  }
  redraw(); setNow(now);
}

/* ---------- how long the burn lasts ---------- */
if (data.burn_times) {
  const told = data.burn_times, input = by("burn-time"), R = 1737.4;
  const survives = row => row.impact === null;
  const picture = make("svg", {role: "img", "aria-label": by("burn-picture").dataset.alt}, by("burn-picture"));
  const chart = make("svg", {role: "img", "aria-label": by("burn-chart").dataset.alt}, by("burn-chart"));
  const BLUE = "#0072B2", RED = "#D55E00";
  let frame = null, width = 0;
  const row = () => told.rows[Number(input.value)];
  function show() {
    const each = row(), colour = survives(each) ? BLUE : RED;
    by("burn-answer").textContent = minus(each.words);
    by("burn-verdict").textContent = survives(each) ? "It stays in orbit" : "It hits the Moon";
    by("burn-verdict").style.color = survives(each) ? "#00558a" : "#a34700";
    input.setAttribute("aria-valuetext", `${each.duration_s} seconds. ${each.words}`);
    by("burn-seconds").textContent = `${words(each.duration_s, each.duration_s % 1 ? 1 : 0)} s`;
    const size = Math.min(sizeOf(by("burn-picture")), 380), c = size / 2, times = 6;
    clear(picture); picture.setAttribute("viewBox", `0 0 ${size} ${size}`); picture.setAttribute("height", size);
    const most = Math.max(...told.rows.map(r => r.apolune_km ?? 0)), k = (c - 14) / (R + times * most);
    const plot = h => k * (R + times * h), ground = told.ground_km;
    make("circle", {cx: c, cy: c, r: plot(ground), fill: "#e4e0d8", stroke: GREY}, picture);
    const a = R + (each.perilune_km + each.apolune_km) / 2, e = (each.apolune_km - each.perilune_km) / 2 / a;
    const height = angle => a * (1 - e * e) / (1 + e * Math.cos(angle)) - R;
    let made = "", x = 0, y = 0, down = false;
    for (let i = 0; i <= 240 && each.apolune_km !== null; i++) {  /* an open orbit is told, not drawn */
      const angle = Math.PI + i * 2 * Math.PI / 240, h = height(angle), r = plot(h);
      x = c + r * Math.sin(angle); y = c + r * Math.cos(angle);
      if (h < ground && !survives(each)) { down = true; break; }
      made += `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    }
    make("path", {d: made, fill: "none", stroke: colour, "stroke-width": 2.5}, picture);
    const top = each.apolune_km === null ? most : height(Math.PI);
    make("circle", {cx: c, cy: c - plot(top), r: 5, fill: INK}, picture);
    make("text", {x: c, y: c - plot(top) + 22, "text-anchor": "middle", class: "halo"}, picture, "burn");
    if (down) make("path", {d: `M${x - 7} ${y - 7}l14 14m0 -14l-14 14`, stroke: RED, "stroke-width": 4}, picture);
    make("text", {x: c, y: c - 4, "text-anchor": "middle", class: "tick"}, picture, "heights drawn");
    make("text", {x: c, y: c + 12, "text-anchor": "middle", class: "tick"}, picture, `${times} times too large`);
    if (frame) { line.setAttribute("x1", frame.toX(each.duration_s)); line.setAttribute("x2", frame.toX(each.duration_s));
      dot.setAttribute("cx", frame.toX(each.duration_s)); dot.setAttribute("cy", frame.toY(each.perilune_km)); dot.setAttribute("fill", colour); }
  }
  let line, dot;
  drawings.push(() => {
    width = sizeOf(by("burn-chart"));
    const xs = told.rows.map(r => r.duration_s), ys = told.rows.map(r => r.perilune_km);
    frame = axes(chart, width, 250, [Math.min(...xs), Math.max(...xs)], spread([...ys, told.ground_km], 0.08), {xTitle: "duration of the burn (s)"});
    make("rect", {x: frame.edge.left, y: frame.toY(told.ground_km), width: frame.right - frame.edge.left, height: 2000, fill: GROUND, opacity: 0.6}, frame.back);
    for (const [k, mark] of told.marks.entries()) { const x = frame.toX(mark.duration_s), left = x > 0.75 * width;
      make("line", {x1: x, x2: x, y1: frame.edge.top, y2: frame.bottom, stroke: GREY, "stroke-dasharray": "3 3"}, frame.front);
      make("text", {x: x + (left ? -5 : 5), y: frame.edge.top + 14 + 15 * k, "text-anchor": left ? "end" : "start", class: "halo"}, frame.front, mark.name); }
    for (const each of told.rows) { const x = frame.toX(each.duration_s), y = frame.toY(each.perilune_km);
      if (survives(each)) make("circle", {cx: x, cy: y, r: 3, fill: BLUE}, frame.front);
      else make("path", {d: `M${x - 3} ${y - 3}l6 6m0 -6l-6 6`, stroke: RED, "stroke-width": 1.6}, frame.front); }
    line = make("line", {y1: frame.edge.top, y2: frame.bottom, stroke: INK}, frame.front);
    dot = make("circle", {r: 6, stroke: "#fff", "stroke-width": 1.5}, frame.front);
    show();
  });
  input.addEventListener("input", show);
  const nearest = x => told.rows.reduce((best, r, i) => Math.abs(r.duration_s - x) < Math.abs(told.rows[best].duration_s - x) ? i : best, 0);
  const follow = event => { input.value = nearest(frame.fromX(pointed(event, chart, width))); show(); };
  chart.addEventListener("pointermove", event => { if (event.buttons) follow(event); });
  chart.addEventListener("pointerdown", follow);
  for (const button of document.querySelectorAll("button[data-burn]")) button.addEventListener("click", () => { input.value = nearest(Number(button.dataset.burn)); show(); });
  drawings[drawings.length - 1]();
}

/* ---------- where the runs of a campaign came down ---------- */
if (data.footprint && by("footprint")) {
  const told = data.footprint, svg = make("svg", {role: "application", tabindex: 0, "aria-label": by("footprint").dataset.alt}, by("footprint"));
  const shapes = [(x, y, r) => `M${x - r} ${y - r}l${2 * r} ${2 * r}m0 ${-2 * r}l${-2 * r} ${2 * r}`,
    (x, y, r) => `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`,
    (x, y, r) => `M${x} ${y - r}l${r} ${2 * r}h${-2 * r}z`, (x, y, r) => `M${x - r} ${y - r}h${2 * r}v${2 * r}h${-2 * r}z`];
  let frame = null, ring = null, width = 0, chosen = 0;
  const runs = told.groups.flatMap((g, k) => g.run.map((run, i) => ({run, group: k, x: g.x[i], y: g.y[i]}))).sort((a, b) => a.run - b.run);
  drawings.push(() => {
    width = sizeOf(by("footprint"));
    const [x0, x1, y0, y1] = told.limits, tall = told.to_scale ? clamp((width - 70) * (y1 - y0) / (x1 - x0), 160, 560) + 46 : 320;
    frame = axes(svg, width, tall, [x0, x1], [y0, y1], {xTitle: told.x_title});
    if (told.image) make("image", {href: told.image, x: frame.edge.left, y: frame.edge.top, width: frame.right - frame.edge.left, height: frame.bottom - frame.edge.top, preserveAspectRatio: "none"}, frame.back);
    const times = (frame.bottom - frame.edge.top) / (y1 - y0) / ((frame.right - frame.edge.left) / (x1 - x0));
    by("footprint-scale").textContent = Math.abs(times - 1) < 0.1 ? "" : `Crossrange is drawn ${times.toFixed(times < 10 ? 1 : 0)} times too large.`;
    const size = runs.length > 1500 ? 1.6 : runs.length > 300 ? 2.3 : 3.2;
    told.groups.forEach((g, k) => {
      const shape = shapes[k % shapes.length], tenth = x => Math.round(10 * x) / 10;
      const d = g.x.map((x, i) => shape(tenth(frame.toX(x)), tenth(frame.toY(g.y[i])), size)).join("");
      make("path", {d, fill: k % shapes.length ? g.color : "none", stroke: g.color, "stroke-width": 0.9, opacity: runs.length > 800 ? 0.55 : 0.85}, frame.front);
    });
    make("path", {d: path(told.ellipse.x, told.ellipse.y, frame.toX, frame.toY) + "Z", fill: "none", stroke: INK, "stroke-width": 1.6, "stroke-dasharray": "6 3"}, frame.front);
    for (const site of told.sites) { const x = frame.toX(site.x), y = frame.toY(site.y);
      make("path", {d: `M${x - 7} ${y}h14m-7 -7v14`, stroke: INK, "stroke-width": 2}, frame.front);
      make("text", {x: x + 10, y: y - 6, class: "halo"}, frame.front, site.title); }
    ring = make("circle", {r: 8, fill: "none", stroke: INK, "stroke-width": 2}, frame.front); pick(chosen);
  });
  function pick(i) { chosen = clamp(i, 0, runs.length - 1); const r = runs[chosen]; ring.setAttribute("cx", frame.toX(r.x)); ring.setAttribute("cy", frame.toY(r.y));
    by("run").textContent = `run ${r.run}, ${told.groups[r.group].name}: ${words(r.x, 3)} ${told.unit} ${told.x_word}, ${words(r.y, 3)} ${told.unit} ${told.y_word} of the centre; fly it again with result.rerun(${r.run})`; }
  svg.addEventListener("pointermove", event => { const box = svg.getBoundingClientRect(), k = width / box.width, px = (event.clientX - box.left) * k, py = (event.clientY - box.top) * k;
    let best = 0, least = Infinity; runs.forEach((r, i) => { const d = (frame.toX(r.x) - px) ** 2 + (frame.toY(r.y) - py) ** 2; if (d < least) { least = d; best = i; } }); pick(best); });
  svg.addEventListener("keydown", event => { const step = {ArrowLeft: -1, ArrowRight: 1, ArrowUp: 10, ArrowDown: -10}[event.key]; if (step) { event.preventDefault(); pick(chosen + step); } });
  drawings[drawings.length - 1]();
}
addEventListener("beforeprint", redraw);
})();
