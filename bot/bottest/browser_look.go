package bottest

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// Look takes a picture of the tab ([Screenshot]) and reports, for the elements
// that the selectors name, what can be measured: nothing wider than the window,
// nothing cut off or outside of its pane, texts with enough contrast, controls
// with a name.
func Look(t testing.TB, tab context.Context, name string, roots ...string) {
	t.Helper()
	list, err := json.Marshal(roots)
	if err != nil {
		t.Fatal(err)
	}
	faults, err := chromedp.Run(tab, chromedp.Evaluate[string]("("+measure+")("+string(list)+")"))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if faults != "" {
		for fault := range strings.SplitSeq(strings.TrimSpace(faults), "\n") {
			t.Errorf("%s: %s", name, fault)
		}
	}
	Screenshot(t, tab, name)
}

// measure is run in the page. Contrast is WCAG's, against the first opaque background
// behind a text: 4.5, or 3 for large text; what is disabled is exempt there and here asked 3.
const measure = `(roots) => {
  const faults = [];
  const name = (e) => e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + (e.className && e.className.split ? '.' + e.className.split(' ').join('.') : '') + ' "' + (e.textContent || '').trim().slice(0, 30) + '"';
  if (document.documentElement.scrollWidth > innerWidth) faults.push('page is ' + document.documentElement.scrollWidth + ' wide in a window of ' + innerWidth);
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (css) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = css; canvas.fillRect(0, 0, 1, 1); const d = canvas.getImageData(0, 0, 1, 1).data; return [d[0], d[1], d[2], d[3] / 255]; };
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const ground = (e) => {
    const layers = [];
    for (; e; e = e.parentElement) { const c = rgba(getComputedStyle(e).backgroundColor); if (c[3] > 0) layers.push(c); if (c[3] === 1) break; }
    return layers.reverse().reduce((a, c) => over(c, a), [255, 255, 255, 1]);
  };
  const light = (c) => { const f = c.slice(0, 3).map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * f[0] + 0.7152 * f[1] + 0.0722 * f[2]; };
  for (const root of roots) {
    const box = document.querySelector(root);
    const frame = box.getBoundingClientRect();
    for (const e of box.querySelectorAll('*')) {
      const s = getComputedStyle(e);
      const r = e.getBoundingClientRect();
      if (s.visibility === 'hidden' || r.width < 2 || r.height < 2 || e.closest('.sr') || s.clipPath.includes('inset')) continue;
      if (r.left < frame.left - 1 || r.right > frame.right + 1) faults.push(name(e) + ' leaves its pane');
      const cuts = s.overflowX !== 'visible' && s.textOverflow !== 'ellipsis' && !['PRE', 'SELECT', 'TEXTAREA', 'INPUT', 'OPTION'].includes(e.tagName);
      if (cuts && e.scrollWidth > e.clientWidth + 1) faults.push(name(e) + ' is cut: ' + e.scrollWidth + ' in ' + e.clientWidth);
      if (['BUTTON', 'H1', 'H2', 'H3'].includes(e.tagName) && (e.scrollHeight > e.clientHeight + 3 || (e.scrollWidth > e.clientWidth + 1))) faults.push(name(e) + ' does not fit its text');
      const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
      if (!own || e.tagName === 'OPTION') continue;
      const bg = ground(e);
      let opacity = 1;
      for (let p = e; p; p = p.parentElement) opacity *= Number(getComputedStyle(p).opacity);
      const fg = over([...rgba(s.color).slice(0, 3), rgba(s.color)[3] * opacity], bg);
      const [a, z] = [light(fg), light(bg)].sort((x, y) => y - x);
      const ratio = (a + 0.05) / (z + 0.05);
      const size = parseFloat(s.fontSize);
      const least = e.closest('button:disabled') || size >= 24 || (size >= 18.6 && Number(s.fontWeight) >= 700) ? 3 : 4.5;
      if (ratio < least) faults.push(name(e) + ' has contrast ' + ratio.toFixed(2));
    }
    for (const e of box.querySelectorAll('button, select, input, textarea')) {
      const label = e.getAttribute('aria-label') || e.textContent.trim() || (e.labels && [...e.labels].map((l) => l.textContent).join(''));
      if (!label) faults.push(name(e) + ' has no name');
    }
  }
  return faults.join('\n');
}`
