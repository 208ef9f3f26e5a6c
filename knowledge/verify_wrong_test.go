package knowledge

import (
	"slices"
	"strings"
	"testing"
)

// TestVerifyRefuses takes a shipped step, changes it as a language model might, and wants the change named. An empty old
// text puts the new one at the end.
func TestVerifyRefuses(t *testing.T) {
	lib, err := Load(Embedded())
	if err != nil {
		t.Fatal(err)
	}
	const publish, stutter, spike, token, drop, join, delay = "publish-fail", "showroom-stutter-blur", "traffic-spike", "token-certificate", "game-voice-disconnect", "call-connect-fail", "one-on-one-latency"
	for _, c := range []struct {
		article, lang string
		step          int
		old, new      string
		added         string // must be among what was added, unless empty
		missing       string // must be among what is missing, unless empty
	}{
		// Numbers.
		{stutter, "en", 1, "2500 kbps", "3500 kbps", "3500 kbps", "2500 kbps"},
		{stutter, "ru", 1, "2500 кбит/с", "3500 кбит/с", "3500 kbps", "2500 kbps"},
		{stutter, "ar", 1, "2500 kbps", "٣٥٠٠ kbps", "3500 kbps", "2500 kbps"},
		{stutter, "hi", 2, "1.5 सेकंड", "२.५ सेकंड", "2.5 s", "1.5 s"},
		{publish, "fa", 3, "30 ثانیه", "۴۰ ثانیه", "40 s", "30 s"},
		{publish, "bn", 3, "30 সেকেন্ড", "৫০ সেকেন্ড", "50 s", "30 s"},
		{publish, "th", 3, "30 วินาที", "๙๐ วินาที", "90 s", "30 s"},
		{publish, "ja", 3, "30 s", "６０秒", "60 s", "30 s"},
		{publish, "de", 2, "443", "8443", "8443", ""},
		{publish, "ko", 2, "포트 443", "포트 8080", "8080", ""},
		{spike, "pl", 5, "40 000 widzów", "140 000 widzów", "140 000", "40,000"},
		{spike, "es", 5, "40,000", "400,000", "400,000", "40,000"},
		{spike, "hi", 5, "40,000", "4,00,000", "400000", "40,000"},
		{spike, "de", 5, "2,5 Mbps", "25 Mbps", "25 mbps", "2.5 mbps"},
		{stutter, "fr", 1, "2500 kbps", "1 500 kbps", "1 500 kbps", "2500 kbps"},
		{publish, "tr", 5, "%1", "%5", "5 %", "1 %"},
		{delay, "en", 3, "15 fps", "-15 fps", "-15 fps", "15 fps"},
		// Units.
		{stutter, "en", 2, "interval to 2 s", "interval to 2 ms", "2 ms", ""},
		{publish, "th", 1, "5 วินาที", "5 นาที", "5 min", "5 s"},
		{publish, "ar", 1, "5 ثوانٍ", "5 دقائق", "5 min", "5 s"},
		{publish, "hi", 5, "500 ms", "500 सेकंड", "500 s", "500 ms"},
		{publish, "ru", 1, "5 с", "5 мин", "5 min", "5 s"},
		{publish, "zh-Hant", 5, "500 ms", "500 秒", "500 s", "500 ms"},
		{stutter, "vi", 1, "4500 kbps", "4500 Mbps", "4500 mbps", "4500 kbps"},
		{spike, "uk", 5, "72 години", "72 дні", "72 d", "72 h"},
		{spike, "it", 5, "72 h", "72 settimane", "72 wk", "72 h"},
		{publish, "ko", 3, "30 s", "30분", "30 min", "30 s"},
		{publish, "id", 4, "48 kHz", "48 MHz", "48 mhz", "48 khz"},
		// Commands and code.
		{publish, "en", 2, "", " Run `sudo ufw disable`.", "sudo ufw disable", ""},
		{publish, "zh-Hans", 2, "", "然后执行 sudo reboot。", "sudo", ""},
		{publish, "th", 2, "`nc -vz`", "`nc -vzu`", "nc -vzu", "nc -vz"},
		{publish, "ja", 4, "-b:a 128k", "-b:a 192k", "-c:v libx264 -pix_fmt yuv420p -c:a aac -ar 48000 -b:a 192k -f flv", "-c:v libx264 -pix_fmt yuv420p -c:a aac -ar 48000 -b:a 128k -f flv"},
		{publish, "es", 4, "-pix_fmt yuv420p ", "", "-c:v libx264 -c:a aac -ar 48000 -b:a 128k -f flv", "-c:v libx264 -pix_fmt yuv420p -c:a aac -ar 48000 -b:a 128k -f flv"},
		{token, "de", 1, "`timedatectl set-ntp true`", "NTP", "", "timedatectl set-ntp true"},
		{token, "ko", 1, "timedatectl set-ntp true", "timedatectl set-ntp false", "timedatectl set-ntp false", "timedatectl set-ntp true"},
		{stutter, "en", 2, "", "\n\n```sh\nrm -rf /tmp/obs\n```", "rm -rf /tmp/obs", ""},
		{stutter, "fil", 2, "", "\n\n    killall obs", "killall obs", ""},
		{stutter, "pl", 4, "", " Potem uruchom traceroute.", "traceroute", ""},
		{stutter, "it", 4, "", " Poi installa Wireshark.", "Wireshark", ""},
		// Parameters and identifiers.
		{stutter, "en", 2, "", " Add --rc-lookahead too.", "--rc-lookahead", ""},
		{stutter, "ru", 2, "", " Добавьте -threads.", "-threads", ""},
		{stutter, "de", 2, "-keyint_min 60", "-keyint_max 60", "-preset veryfast -g 60 -keyint_max 60 -sc_threshold 0", ""},
		{publish, "fr", 5, "", " Réglez aussi max_delay.", "max_delay", ""},
		{publish, "ms", 5, "", " Tetapkan juga maxBitrate.", "maxBitrate", ""},
		{publish, "zh-Hant", 5, "", "再把 bframes 設為 0。", "bframes", ""},
		{publish, "tr", 5, "", " linger=0 ekleyin.", "linger=0", ""},
		{publish, "hi", 3, "BadName", "BadAuth", "NetStream.Publish.BadAuth", "NetStream.Publish.BadName"},
		{drop, "en", 2, "", " Set `android:foregroundServiceType`.", "android:foregroundServiceType", ""},
		{stutter, "en", 2, "", ` Set snake\_case\_name.`, "snake_case_name", ""},
		// Hosts, addresses, links, files.
		{join, "en", 2, "1.1.1.1", "8.8.8.8", "8.8.8.8", "1.1.1.1"},
		{join, "ar", 2, "", " ثم جرّب 9.9.9.9.", "9.9.9.9", ""},
		{join, "th", 2, "", " แล้วลอง 2606:4700:4700::1111", "2606:4700:4700::1111", ""},
		{publish, "vi", 5, "", " Dùng push2.example.net.", "push2.example.net", ""},
		{publish, "zh-Hans", 5, "", "备用地址是ingest.evil.com。", "ingest.evil.com", ""},
		{publish, "ru", 5, "", " Резервный адрес: пример.рф.", "пример.рф", ""},
		{publish, "es", 1, "", " Más en https://help.example.com/rtmp?x=1.", "https://help.example.com/rtmp?x=1", ""},
		{publish, "en", 1, "", " See [the guide](https://example.org/guide).", "https://example.org/guide", ""},
		{publish, "en", 1, "", "\n\n[1]: http://example.org/x", "http://example.org/x", ""},
		{publish, "en", 1, "", " <a href='//example.org'>x</a>", "<a href='//example.org'>", ""},
		{publish, "en", 1, "", " Ask at evil&#46;example&#46;org.", "evil.example.org", ""},
		{publish, "en", 1, "", " Ask at evil.exam\u200bple.org.", "evil.example.org", ""},
		{publish, "en", 1, "", " Ask at push.**evil**.org.", "push.evil.org", ""},
		{stutter, "en", 2, "", " Set snake__case.", "snake__case", ""},
		{publish, "pt-BR", 1, "", " Escreva para suporte@example.com.", "suporte@example.com", ""},
		{publish, "it", 1, "", " mailto:aiuto@example.com", "mailto:aiuto@example.com", ""},
		{publish, "id", 1, "", " Tanya @everyone.", "@everyone", ""},
		{publish, "tr", 1, "", " Kayıt /etc/resolv.conf dosyasında.", "/etc/resolv.conf", ""},
		{publish, "de", 1, "", ` Das Protokoll liegt in C:\obs\logs.`, `C:\obs\logs`, ""},
		{publish, "ko", 1, "", " 로그는 ~/Library/Logs에 있습니다.", "~/Library/Logs", ""},
		{delay, "en", 1, "chrome://webrtc-internals", "chrome://flags", "chrome://flags", "chrome://webrtc-internals"},
		{publish, "fr", 2, "`rtmps://`", "`srt://`", "srt://", "rtmps://"},
		// Versions, protocols, codecs, products.
		{publish, "en", 4, "Send H.264", "Send H.265", "H.265", ""},
		{publish, "ja", 4, "H.264", "H.266", "H.266", ""},
		{publish, "ru", 4, "AAC", "MP3", "MP3", ""},
		{publish, "zh-Hans", 4, "H.264 加 AAC", "AV1 加 Opus", "AV1", ""},
		{publish, "bn", 5, "SRT", "WHIP", "WHIP", ""},
		{publish, "uk", 5, "SRT", "QUIC", "QUIC", ""},
		{publish, "de", 5, "SRT", "WebRTC", "WebRTC", ""},
		{publish, "fil", 2, "", " I-update sa OBS v30.1.2.", "v30.1.2", ""},
		{publish, "en", 2, "", " Update OBS to 30.1.2.", "30.1.2", ""},
		{publish, "pl", 2, "", " Użyj TLS1.3.", "TLS1.3", ""},
		{publish, "fr", 2, "", " Passez en 5G.", "5G", ""},
		{publish, "es", 5, "", " O use Cloudflare.", "Cloudflare", ""},
		{publish, "pt-BR", 5, "", " Ou use a Twitch.", "Twitch", ""},
		{stutter, "id", 5, "480p", "720p", "720p", "480p"},
		{stutter, "fa", 1, "1280x720", "1366x768", "1366x768", "1280x720"},
		{stutter, "en", 5, "", " Crop to 16:9.", "16:9", ""},
		{stutter, "ms", 1, "", " Gunakan 854 × 480.", "854x480", ""},
	} {
		article, ok := lib.Article(c.article)
		if !ok {
			t.Fatalf("no article %s", c.article)
		}
		en, _ := article.In(SourceLanguage)
		own, _ := article.In(c.lang)
		step := own.Steps[c.step-1]
		draft := step + c.new
		if c.old != "" {
			draft = strings.Replace(step, c.old, c.new, 1)
		}
		if draft == step {
			t.Errorf("%s %s %d: %q is not in the step", c.article, c.lang, c.step, c.old)
			continue
		}
		d := Verify(draft, en.Steps[c.step-1], step)
		if d.OK() || c.added != "" && !slices.Contains(d.Added, c.added) || c.missing != "" && !slices.Contains(d.Missing, c.missing) {
			t.Errorf("%s %s %d, %q for %q:\n got %+v\nwant %q added, %q missing", c.article, c.lang, c.step, c.new, c.old, d, c.added, c.missing)
		}
	}
}
