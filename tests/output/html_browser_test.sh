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
  const blame = [...card.querySelectorAll('button')].find(b => b.textContent === 'Blame');
  const before = card.querySelectorAll('rect.cell')[5].getAttribute('fill');
  blame.click();
  if (card.querySelectorAll('rect.cell')[5].getAttribute('fill') === before) problems.push('no blame');
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
