'use strict';
(function () {
  const reports = JSON.parse(document.getElementById('data').textContent);
  const sources = JSON.parse(document.getElementById('sources').textContent);
  const SVG = 'http://www.w3.org/2000/svg';
  const CELL = 22, GAP = 10, MAX_CELLS = 2048, MAX_ELEMENTS = 400000;
  // Paul Tol's bright and muted schemes; then around the circle of hues.
  const LINE_COLORS = ['#4477aa', '#ee6677', '#228833', '#ccbb44', '#66ccee', '#aa3377', '#999933',
                       '#332288', '#dd9966', '#44aa99', '#882255', '#117733'];
  const lineColor = i => LINE_COLORS[i] || 'hsl(' + (i * 137.5) % 360 + ' 55% 55%)';

  function element(parent, tag, attributes, text) {
    const made = document.createElement(tag);
    for (const name in attributes || {}) made.setAttribute(name, attributes[name]);
    if (text !== undefined) made.textContent = text;
    if (parent) parent.appendChild(made);
    return made;
  }
  function shape(parent, tag, attributes) {
    const made = document.createElementNS(SVG, tag);
    for (const name in attributes) made.setAttribute(name, attributes[name]);
    parent.appendChild(made);
    return made;
  }
  const place = f => f.file ? f.file + (f.line ? ':' + f.line : '') : '';
  const tuple = dims => '(' + dims.join(', ') + (dims.length === 1 ? ',)' : ')');

  function showSource(parent, frames) {
    const frame = frames.find(f => f.file) || frames[0];
    if (!frame) return element(parent, 'p', {class: 'where'}, 'place unknown');
    element(parent, 'p', {class: 'where mono'},
            place(frame) + (frame.function ? ' in ' + frame.function : ''));
    const lines = sources[frame.file];
    if (!lines) return;
    const pre = element(parent, 'pre', {class: 'source'});
    for (let n = frame.line - 3; n <= frame.line + 3; n++) {
      if (lines[n] === undefined) continue;
      const line = element(pre, 'span', n === frame.line ? {class: 'site'} : {});
      element(line, 'i', {}, n);
      line.append(lines[n]);
    }
  }

  // The elements of an array as numbers in its buffer; of a very large one only some.
  function elementsOf(array, itemsize) {
    const total = array.shape.reduce((a, b) => a * b, 1);
    const step = Math.max(1, Math.ceil(total / MAX_ELEMENTS));
    const found = [];
    for (let i = 0; i < total; i += step) {
      let rest = i, offset = array.offset_bytes;
      for (let axis = array.shape.length - 1; axis >= 0; axis--) {
        offset += (rest % array.shape[axis]) * array.strides_bytes[axis];
        rest = Math.floor(rest / array.shape[axis]);
      }
      found.push(Math.floor(offset / itemsize));
    }
    return found;
  }

  // Which index tuples of an array are the element; null if none is.
  function indexOf(array, number, itemsize) {
    if (array.shape.some(n => n === 0)) return null;
    const axes = array.shape.map((n, i) => i).filter(i => array.shape[i] > 1 && array.strides_bytes[i])
        .sort((a, b) => Math.abs(array.strides_bytes[b]) - Math.abs(array.strides_bytes[a]));
    const index = array.shape.map(() => 0);
    function search(at, rest) {
      if (at === axes.length) return rest === 0;
      const axis = axes[at], stride = array.strides_bytes[axis];
      let reach = 0;
      for (const later of axes.slice(at + 1))
        reach += Math.abs(array.strides_bytes[later]) * (array.shape[later] - 1);
      const near = rest / stride, width = reach / Math.abs(stride);
      const first = Math.max(0, Math.ceil(near - width));
      const last = Math.min(array.shape[axis] - 1, Math.floor(near + width));
      for (let i = first; i <= last; i++) {
        index[axis] = i;
        if (search(at + 1, rest - i * stride)) return true;
      }
      index[axis] = 0;
      return false;
    }
    return search(0, number * itemsize - array.offset_bytes) ? index : null;
  }

  // Where cells stand: the rows of the base, planes one below the other.
  function grid(picture, count, perCell) {
    const base = picture.arrays.find(a => a.parent < 0);
    let row = 32, plane = Infinity;
    const fits = base && base.shape.length && base.offset_bytes === 0 &&
        base.shape.reduce((a, b) => a * b, 1) * picture.itemsize === picture.size_bytes;
    if (fits && perCell === 1) {
      row = base.shape[base.shape.length - 1];
      if (base.shape.length > 2) plane = row * base.shape[base.shape.length - 2];
      if (row > 64) { row = 64; plane = Infinity; }
    } else if (perCell > 1) {
      row = 64;
    }
    return {
      width: Math.min(row, count) * CELL,
      x: cell => (cell % row) * CELL,
      y: cell => Math.floor(cell / row) * CELL +
          (plane === Infinity ? 0 : Math.floor(cell / plane) * GAP),
    };
  }

  function showMap(parent, report, lightTree) {
    const picture = report.picture, size = picture.itemsize;
    const elements = Math.floor(picture.size_bytes / size);
    const perCell = Math.max(1, Math.ceil(elements / MAX_CELLS));
    const count = Math.ceil(elements / perCell);
    const at = grid(picture, count, perCell);
    const height = count ? at.y(count - 1) + CELL : CELL;
    const cellsOf = picture.arrays.map(
        array => new Set(elementsOf(array, size).map(e => Math.floor(e / perCell))));
    const coverage = new Array(count).fill(0);
    picture.arrays.forEach((array, i) => {
      if (array.is_alive) cellsOf[i].forEach(cell => { coverage[cell]++; });
    });
    const cellsOfWrite = picture.writes.map(write => {
      const cells = new Set();
      for (const [begin, end] of write.elements)
        for (let c = Math.floor(begin / perCell); c * perCell < end; c++) cells.add(c);
      return cells;
    });
    const lastWrite = new Array(count).fill(-1);
    cellsOfWrite.forEach((cells, i) => cells.forEach(cell => { lastWrite[cell] = i; }));
    const blamed = new Array(count).fill(-1);
    const cellsOfLine = picture.blame.map((line, n) => {
      const cells = new Set();
      for (const [begin, end] of line.elements)
        for (let c = Math.floor(begin / perCell); c * perCell < end; c++) {
          cells.add(c);
          blamed[c] = n;
        }
      return cells;
    });
    const nameOf = line => (place(line.site) || 'place unknown') +
        (line.site.function ? ' in ' + line.site.function : '') + ', through ' +
        line.through.slice(0, 3).join(', ') + (line.through.length > 3 ? ', ...' : '');

    const box = element(parent, 'div', {class: 'map'});
    const svg = shape(box, 'svg', {role: 'img', 'aria-label': 'memory map'});
    const id = 'hatch' + Math.random().toString(36).slice(2);
    const pattern = shape(shape(svg, 'defs', {}), 'pattern',
                          {id, width: 6, height: 6, patternUnits: 'userSpaceOnUse',
                           patternTransform: 'rotate(45)'});
    shape(pattern, 'line', {x1: 0, y1: 0, x2: 0, y2: 6, stroke: 'var(--write)', 'stroke-width': 3});
    const layer = shape(svg, 'g', {}), arrows = shape(svg, 'g', {});
    const color = n => 'var(--' + (n === 0 ? 'cell0' : 'c' + Math.min(n, 4)) + ')';
    const cells = [];
    for (let i = 0; i < count; i++) {
      const box = {x: at.x(i), y: at.y(i), width: CELL, height: CELL, rx: 3};
      cells.push(shape(layer, 'rect', {...box, class: 'cell', fill: color(coverage[i]), 'data-cell': i}));
      if (lastWrite[i] >= 0) {
        const reported = picture.writes.some((w, n) => w.is_reported && cellsOfWrite[n].has(i));
        shape(layer, 'rect', {...box, class: 'hatch', fill: 'url(#' + id + ')',
                              opacity: reported ? 1 : 0.45, 'pointer-events': 'none'});
      }
    }

    const about = element(parent, 'p', {class: 'about', 'aria-live': 'polite'},
                          'Point at an array, a write or a cell.');
    let blaming = false;
    function paint() {
      cells.forEach((cell, i) => {
        cell.setAttribute('fill', !blaming ? color(coverage[i])
            : blamed[i] < 0 ? 'var(--cell0)' : lineColor(blamed[i]));
      });
      svg.classList.toggle('blaming', blaming);
    }
    function light(set) {
      cells.forEach((cell, i) => cell.classList.toggle('lit', set.has(i)));
    }
    function center(number) {
      const cell = Math.floor(number / perCell);
      return [at.x(cell) + CELL / 2, at.y(cell) + CELL / 2];
    }
    function strides(array) {
      arrows.replaceChildren();
      if (!array) return;
      array.shape.forEach((extent, axis) => {
        if (extent < 2) return;
        const from = center(Math.floor(array.offset_bytes / size));
        const to = center(Math.floor((array.offset_bytes + array.strides_bytes[axis]) / size));
        shape(arrows, 'line', {class: 'stride', x1: from[0], y1: from[1], x2: to[0], y2: to[1]});
        shape(arrows, 'circle', {class: 'stride', cx: to[0], cy: to[1], r: 4});
        shape(arrows, 'text', {class: 'stride-text', x: to[0] + 6, y: to[1] - 5}).textContent =
            'axis ' + axis + ': ' + array.strides_bytes[axis] + ' bytes';
      });
    }
    function showArray(i) {
      const array = picture.arrays[i];
      light(cellsOf[i]);
      strides(array);
      about.textContent = array.name + ' ' + tuple(array.shape) + ', strides ' +
          tuple(array.strides_bytes) + ' bytes' + (array.is_alive ? '' : ', dropped');
    }
    function showWrite(i) {
      const write = picture.writes[i];
      light(cellsOfWrite[i]);
      strides(null);
      about.textContent = 'write ' + (i + 1) + ' through ' + write.through + ': ' +
          write.changed_elements + ' changed' +
          (write.frames.length ? ', ' + place(write.frames[0]) : '');
    }
    function clear() {
      light(new Set());
      strides(null);
    }
    svg.addEventListener('pointerover', event => {
      const cell = event.target.dataset && event.target.dataset.cell;
      if (cell === undefined) return;
      const i = Number(cell);
      const seen = [];
      picture.arrays.forEach((array, n) => {
        if (!cellsOf[n].has(i)) return;
        seen.push(n);
      });
      lightTree(seen);
      const names = seen.filter(n => picture.arrays[n].is_alive).map(n => {
        const index = perCell === 1 ? indexOf(picture.arrays[n], i, size) : null;
        return picture.arrays[n].name + (index ? '[' + index.join(',') + ']' : '');
      });
      about.textContent = (perCell === 1 ? 'element ' + i
          : 'elements ' + i * perCell + ' to ' + Math.min(elements, (i + 1) * perCell) - 1) +
          ': ' + (names.join(' = ') || 'no live array') +
          (blamed[i] < 0 ? '' : '; last written by ' + nameOf(picture.blame[blamed[i]]));
    });
    svg.addEventListener('pointerleave', () => lightTree([]));

    // Zoom and pan by the view box.
    const margin = 8, whole = [-margin, -margin, at.width + 2 * margin, height + 2 * margin];
    let view = whole.slice();
    const apply = () => svg.setAttribute('viewBox', view.join(' '));
    function zoom(factor, x, y) {
      const cx = x === undefined ? view[0] + view[2] / 2 : x;
      const cy = y === undefined ? view[1] + view[3] / 2 : y;
      view = [cx - (cx - view[0]) * factor, cy - (cy - view[1]) * factor, view[2] * factor,
              view[3] * factor];
      apply();
    }
    function point(event) {
      const p = new DOMPoint(event.clientX, event.clientY);
      return p.matrixTransform(svg.getScreenCTM().inverse());
    }
    svg.addEventListener('wheel', event => {
      event.preventDefault();
      const p = point(event);
      zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, p.x, p.y);
    }, {passive: false});
    let grabbed = null;
    svg.addEventListener('pointerdown', event => { grabbed = point(event); });
    svg.addEventListener('pointermove', event => {
      if (!grabbed || !event.buttons) return;
      const p = point(event);
      view[0] -= p.x - grabbed.x;
      view[1] -= p.y - grabbed.y;
      apply();
    });
    addEventListener('pointerup', () => { grabbed = null; });
    apply();

    const tools = element(parent, 'div', {class: 'tools'});
    const button = (text, action) => {
      const made = element(tools, 'button', {type: 'button'}, text);
      made.addEventListener('click', action);
      return made;
    };
    button('+', () => zoom(1 / 1.3));
    button('−', () => zoom(1.3));
    button('Fit', () => { view = whole.slice(); apply(); });
    const legend = element(null, 'div', {class: 'legend'});
    const key = element(null, 'ol', {class: 'blame'});
    function showLine(n) {
      light(cellsOfLine[n]);
      strides(null);
      about.textContent = nameOf(picture.blame[n]);
    }
    picture.blame.forEach((line, n) => {
      const item = element(key, 'li', {});
      element(item, 'b', {style: 'background:' + lineColor(n)});
      const source = (sources[line.site.file] || {})[line.site.line];
      const text = element(item, 'span', {});
      if (source !== undefined) element(text, 'code', {}, source.trim());
      element(text, 'span', {class: 'where'}, nameOf(line));
      element(item, 'span', {class: 'where count'},
              line.count + (line.count === 1 ? ' element' : ' elements'));
      interactive(item, () => showLine(n), clear);
    });
    if (picture.unknown_writes) {
      element(key, 'p', {class: 'where'}, picture.unknown_writes + ' earlier writes are not known: ' +
          'ALSAN_OPTIONS=blame=1 records all, max_log_entries=N keeps more');
    }
    function explain() {
      legend.replaceChildren();
      const entry = (background, text) => {
        const item = element(legend, 'span', {});
        element(item, 'b', {style: 'background:' + background});
        item.append(text);
      };
      if (blaming) {
        entry('var(--cell0)', picture.unknown_writes ? 'no write known' : 'as it was made');
      } else {
        for (let n = 0; n <= Math.min(4, Math.max(...coverage, 0)); n++)
          entry(color(n), n === 1 ? '1 live array' : (n === 4 ? '4 or more' : n));
        entry('repeating-linear-gradient(45deg, var(--write) 0 2px, transparent 2px 5px)', 'written');
      }
      if (perCell > 1) entry('transparent', 'a cell is ' + perCell + ' elements');
    }
    const blame = button('Blame', () => {
      blaming = !blaming;
      blame.setAttribute('aria-pressed', String(blaming));
      key.hidden = !blaming;
      paint();
      explain();
    });
    blame.setAttribute('aria-pressed', 'false');
    blame.title = 'Colour each element by the line that wrote it last';
    tools.appendChild(legend);
    key.hidden = true;
    parent.appendChild(key);
    explain();
    return {showArray, showWrite, clear};
  }

  function interactive(item, show, clear) {
    item.tabIndex = 0;
    for (const name of ['pointerenter', 'focus', 'click']) item.addEventListener(name, show);
    for (const name of ['pointerleave', 'blur']) item.addEventListener(name, clear);
  }

  function showTree(parent, report) {
    const list = element(parent, 'ul', {class: 'tree'});
    return report.tree.map(row => {
      const item = element(list, 'li', {style: 'margin-left:' + row.depth * 22 + 'px'});
      if (row.arrow) {
        element(item, 'span', {class: 'arrow' + (row.arrow.startsWith('read') ? ' read' : '')},
                row.arrow);
      }
      element(item, 'strong', {class: 'mono'}, row.name);
      element(item, 'span', {class: 'made mono'}, (row.depth ? ' = ' : ' ') + row.made);
      if (row.note) element(item, 'div', {class: 'where'}, row.note);
      if (row.note === 'dropped') item.classList.add('dead');
      return item;
    });
  }

  function showReport(report) {
    const card = element(document.getElementById('reports'), 'article', {});
    const title = element(card, 'h2', {});
    element(title, 'span', {class: 'rule'}, report.rule);
    title.append(report.kind + ' ' + report.headline);
    element(card, 'p', {class: 'where mono'}, place(report.site) +
        (report.site.function ? ' in ' + report.site.function : ''));
    if (report.change) {
      const change = element(card, 'p', {class: 'change'});
      const read = report.change.read;
      element(change, 'span', {class: 'mono'}, read.array + '[' + read.index.join(',') + '] ');
      element(change, 'span', {class: 'was mono'}, report.change.was);
      change.append(' → ');
      element(change, 'span', {class: 'now mono'}, report.change.now);
    }
    const columns = element(card, 'div', {class: 'columns'});
    const left = element(columns, 'div', {}), right = element(columns, 'div', {});
    element(left, 'h3', {}, 'What happened');
    for (const event of report.events) {
      const box = element(left, 'div', {class: 'event ' + event.role});
      element(box, 'p', {}, event.text);
      showSource(box, event.frames);
    }
    for (const array of report.arrays) {
      const box = element(left, 'div', {class: 'event'});
      element(box, 'p', {}, '‘' + array.name + '’ ' + array.dtype + ' ' + tuple(array.shape) +
          array.origin + ', made at');
      showSource(box, array.frames);
    }
    let rows = [];
    if (report.tree.length) {
      element(right, 'h3', {}, 'View tree of buffer #' + report.buffer);
      rows = showTree(right, report);
    }
    if (report.picture) {
      const picture = report.picture;
      const rowOf = name => rows.filter((row, i) => report.tree[i].name === name);
      element(right, 'h3', {}, 'Memory, ' + picture.size_bytes + ' bytes of ' + picture.dtype);
      const map = showMap(right, report, seen => {
        rows.forEach(row => row.classList.remove('lit'));
        seen.forEach(n => rowOf(picture.arrays[n].name).forEach(r => r.classList.add('lit')));
      });
      picture.arrays.forEach((array, n) => {
        rowOf(array.name).forEach(row => interactive(row, () => map.showArray(n), map.clear));
      });
      if (picture.writes.length) {
        element(right, 'h3', {}, 'Writes, oldest first');
        if (picture.writes_left_out) {
          element(right, 'p', {class: 'where'}, picture.writes_left_out + ' older ones left out');
        }
        const list = element(right, 'ol', {class: 'writes'});
        picture.writes.forEach((write, i) => {
          const item = element(list, 'li', write.is_reported ? {class: 'reported'} : {});
          element(item, 'span', {class: 'mono'}, write.through);
          item.append(': ' + write.changed_elements + ' changed ');
          element(item, 'span', {class: 'where mono'}, write.frames.length ? place(write.frames[0]) : '');
          interactive(item, () => map.showWrite(i), map.clear);
        });
      }
    }
    if (report.fix) {
      const fix = element(card, 'p', {class: 'fix'});
      element(fix, 'strong', {}, 'Fix: ');
      fix.append(report.fix);
    }
  }

  reports.forEach(showReport);
  if (!reports.length) {
    element(document.getElementById('reports'), 'p', {class: 'none'}, 'Nothing was found.');
  }
})();
