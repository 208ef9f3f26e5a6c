package bottest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// browserPatience bounds a whole session with the browser; good code never waits for it.
const browserPatience = 3 * time.Minute

// Chromium gives the path of a Chromium or Chrome on this machine:
// FIRSTLINE_CHROMIUM when set, else the first of the usual names. Where there is
// none the test is skipped and says so, or fails when FIRSTLINE_REQUIRE_CHROMIUM is 1.
func Chromium(t testing.TB) string {
	t.Helper()
	names := []string{"chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "/usr/bin/chromium"}
	if own := os.Getenv("FIRSTLINE_CHROMIUM"); own != "" {
		names = []string{own}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const missing = "no Chromium here: install Debian's chromium, or point FIRSTLINE_CHROMIUM at one"
	if os.Getenv("FIRSTLINE_REQUIRE_CHROMIUM") == "1" {
		t.Fatal(missing)
	}
	t.Skip("skipped: " + missing)
	return ""
}

// Browser starts a headless Chromium with a profile of its own and gives a tab as
// chromedp's context; both end with the test. Further tabs that share cookies: chromedp.NewContext(tab).
func Browser(t testing.TB) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(Chromium(t)),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.WSURLReadTimeout(time.Minute),
	)
	bounded, cancel := context.WithTimeout(context.Background(), browserPatience)
	allocator, stop := chromedp.NewExecAllocator(bounded, options...)
	tab, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		// The browser is told to go, and is gone, before its profile is removed.
		if err := chromedp.Cancel(tab); err != nil {
			t.Logf("close the browser: %v", err)
		}
		closeTab()
		stop()
		cancel()
	})
	if err := chromedp.Do(tab); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	return tab
}

// Viewport sets the size of the page; below 600 pixels it is a telephone's.
func Viewport(t testing.TB, tab context.Context, width, height int64) {
	t.Helper()
	phone := width < 600
	size := emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1, Mobile: phone}
	if _, err := chromedp.Call(tab, emulation.SetDeviceMetricsOverride, size); err != nil {
		t.Fatalf("viewport %d: %v", width, err)
	}
	touch := emulation.SetTouchEmulationEnabledParams{Enabled: phone}
	if _, err := chromedp.Call(tab, emulation.SetTouchEmulationEnabled, touch); err != nil {
		t.Fatalf("viewport %d: %v", width, err)
	}
}

// Dark makes the page believe that the person prefers dark colours.
func Dark(t testing.TB, tab context.Context) {
	t.Helper()
	Scheme(t, tab, "dark")
}

// Scheme makes the page believe that the person prefers "light" or "dark" colours.
func Scheme(t testing.TB, tab context.Context, scheme string) {
	t.Helper()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	if _, err := chromedp.Call(tab, emulation.SetEmulatedMedia, media); err != nil {
		t.Fatalf("%s: %v", scheme, err)
	}
}

// Screenshot writes what the tab shows to name.png in FIRSTLINE_SCREENSHOTS, or in
// a directory that is removed with the test.
func Screenshot(t testing.TB, tab context.Context, name string) {
	t.Helper()
	dir := os.Getenv("FIRSTLINE_SCREENSHOTS")
	if dir == "" {
		dir = t.TempDir()
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	png, err := chromedp.Run(tab, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatalf("screenshot %s: %v", name, err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		t.Fatal(err)
	}
}
