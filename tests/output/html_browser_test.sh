#!/usr/bin/env bash
# The page in a browser: it loads without an error, and pointing at a view lights its cells.
# Needs Chromium, hence tagged manual: `./bazelw test //tests/output:html_browser_test`.
set -u
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
  echo "this test needs Chromium"
  exit 1
}
page=$TEST_TMPDIR/page.html
"$TEST_SRCDIR/$TEST_WORKSPACE/tests/output/write_sample_page" >"$page" || exit 1
# The page tests itself: what happened is written into its title.
cat >>"$page" <<'SCRIPT'
<script>
(function () {
  const problems = [];
  const card = document.querySelectorAll('article')[0];
  const lit = () => card.querySelectorAll('rect.lit').length;
  const rows = card.querySelectorAll('.tree li');
  const expect = (what, is, want) => { if (is !== want) problems.push(what + ': ' + is + ', not ' + want); };
  expect('reports', document.querySelectorAll('article').length, 6);
  expect('cells', card.querySelectorAll('rect.cell').length, 12);
  expect('rows', rows.length, 4);
  rows[1].dispatchEvent(new PointerEvent('pointerenter'));
  expect('lit by the slice', lit(), 4);
  expect('arrows of its strides', card.querySelectorAll('line.stride').length, 2);
  rows[1].dispatchEvent(new PointerEvent('pointerleave'));
  expect('lit by nothing', lit(), 0);
  rows[1].focus();
  expect('lit by the keyboard', lit(), 4);
  rows[1].blur();
  card.querySelectorAll('.writes li')[1].click();
  expect('lit by the write', lit(), 1);
  card.querySelectorAll('rect.cell')[5].dispatchEvent(new PointerEvent('pointerover', {bubbles: true}));
  expect('rows lit by the cell', card.querySelectorAll('.tree li.lit').length, 3);
  if (!/element 5: original\[1,1\] = slice\[0,0\] = transposed\[1,1\]/.test(card.querySelector('.about').textContent))
    problems.push('about the cell: ' + card.querySelector('.about').textContent);
  // The blame layer: colours by line, a legend of lines which light their cells, no hatching.
  const blame = [...card.querySelectorAll('button')].find(b => b.textContent === 'Blame');
  const cells = card.querySelectorAll('rect.cell');
  const fill = i => cells[i].getAttribute('fill');
  const key = card.querySelector('.blame');
  const before = fill(5);
  expect('legend before', getComputedStyle(key).display, 'none');
  blame.click();
  expect('pressed', blame.getAttribute('aria-pressed'), 'true');
  expect('legend', getComputedStyle(key).display, 'block');
  expect('lines', key.querySelectorAll('li').length, 2);
  if (fill(5) === before || fill(5) === fill(0)) problems.push('no colour of its own for line 48');
  expect('cells of one line', fill(0), fill(3));
  expect('a cell without a write', fill(1), 'var(--cell0)');
  expect('hatching', getComputedStyle(card.querySelector('.hatch')).display, 'none');
  const rgb = css => { const d = document.createElement('i'); d.style.color = css; return d.style.color; };
  expect('colour of the legend', key.querySelector('b').style.backgroundColor, rgb(fill(5)));
  if (!/examples\/tour.cc:48 in main, through slice/.test(key.textContent)) problems.push('legend: ' + key.textContent);
  if (!/3 earlier writes are not known/.test(key.textContent)) problems.push('unknown writes are not told');
  const line = key.querySelectorAll('li')[1];
  line.dispatchEvent(new PointerEvent('pointerenter'));
  expect('lit by the line', lit(), 2);
  line.dispatchEvent(new PointerEvent('pointerleave'));
  expect('lit after the line', lit(), 0);
  cells[5].dispatchEvent(new PointerEvent('pointerover', {bubbles: true}));
  if (!/last written by examples\/tour.cc:48/.test(card.querySelector('.about').textContent))
    problems.push('about the blamed cell: ' + card.querySelector('.about').textContent);
  blame.click();
  expect('after blame', fill(5), before);
  expect('legend after', getComputedStyle(key).display, 'none');
  expect('errors', window.errors.length, 0);
  document.title = problems.length ? 'FAILED ' + problems.join('; ') : 'PASSED';
})();
</script>
SCRIPT
# Errors of the page's own script.
sed -i 's|<head>|<head><script>window.errors = []; onerror = e => { window.errors.push(e); document.title = "FAILED " + e; };</script>|' "$page"
title=$("$browser" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
  --disable-background-networking --disable-component-update --disable-sync \
  --user-data-dir="$TEST_TMPDIR/profile" --dump-dom "file://$page" 2>/dev/null |
  sed -n 's|.*<title>\(.*\)</title>.*|\1|p' | head -1)
echo "$title"
[ "$title" = PASSED ]
