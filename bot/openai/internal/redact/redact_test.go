package redact

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// hidden are texts with ‹what must be hidden›, all of it one kind and each value its own.
var hidden = []struct{ kind, text string }{
	{email, "write to ‹somchai@siamlive.co.th› please"},
	{email, "Mail: ‹first.last+tag@sub.example.com›."},
	{email, "请联系‹zhang.wei@example.cn›谢谢"},
	{email, "連絡先は‹tanaka@example.co.jp›です"},
	{email, "почта ‹иван@пример.рф›, жду"},
	{email, "<mailto:‹a@b.io›>"},
	{email, "البريد ‹ahmed_99@example.ae›، شكرا"},
	{email, "ติดต่อ‹nok@example.in.th›ได้เลย"},
	{email, "full width ‹ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ›"},
	{email, "(‹o'brien@example.ie›)"},
	{email, "‹a@example.com›, ‹b@example.com›"},

	{phone, "call me at ‹+66 81 234 5678›"},
	{phone, "‹+1 (415) 555-2671› any time"},
	{phone, "‹+442079460958›"},
	{phone, "UK ‹+44 (0) 20 7946 0958›"},
	{phone, "‹+86 138 0013 8000› 微信同号"},
	{phone, "电话‹13800138000›，随时"},
	{phone, "手机号：‹138-0013-8000›"},
	{phone, "携帯は‹090-1234-5678›です"},
	{phone, "東京 ‹03-1234-5678›"},
	{phone, "연락처 ‹010-1234-5678› 입니다"},
	{phone, "โทร ‹081-234-5678› ค่ะ"},
	{phone, "โทร‹0812345678›ได้"},
	{phone, "gọi ‹0912 345 678› nhé"},
	{phone, "hubungi ‹0812-3456-7890› ya"},
	{phone, "HP ‹0812 3456 7890›"},
	{phone, "tawag sa ‹0917 123 4567›"},
	{phone, "मेरा नंबर ‹+91 98765 43210› है"},
	{phone, "कॉल करें ‹98765 43210›"},
	{phone, "ফোন ‹০১৭১২-৩৪৫৬৭৮›"},
	{phone, "فون ‹0300-1234567›"},
	{phone, "اتصل على ‹٠٥٠١٢٣٤٥٦٧›"},
	{phone, "الهاتف ‹+971‑50‑123‑4567›"},
	{phone, "تلفن ‹۰۹۱۲۳۴۵۶۷۸۹›"},
	{phone, "ara: ‹0532 123 45 67›"},
	{phone, "звоните ‹8 (916) 123-45-67›"},
	{phone, "мой ‹+7 916 123 45 67›"},
	{phone, "тел. ‹067 123 45 67›"},
	{phone, "llámame al ‹+52 55 1234 5678›"},
	{phone, "celular ‹55 1234 5678›"},
	{phone, "meu zap ‹(11) 98765-4321›"},
	{phone, "appelez le ‹06 12 34 56 78›"},
	{phone, "appelez le ‹06.12.34.56.78›"},
	{phone, "Tel.: ‹0171 2345678›"},
	{phone, "Telefon: ‹030/123456›"},
	{phone, "tel. ‹501 234 567›"},
	{phone, "cellulare ‹347 123 4567›"},
	{phone, "whatsapp: ‹9123 4567›"},
	{phone, "‹415-555-2671›"},
	{phone, "dial ‹0044 20 7946 0958›"},
	{phone, "phone number is ‹5551234567›"},
	{phone, "‹+66812345678›,call me"},
	{phone, "full width ‹０９０－１２３４－５６７８›"},

	{address, "client ip ‹203.0.113.7› is blocked"},
	{address, "ping ‹8.8.8.8›: ok"},
	{address, "‹203.0.113.7›:1935 refused"},
	{address, "from ‹10.0.0.5›, to ‹10.0.0.6›."},
	{address, "IP地址‹203.0.113.7›无法连接"},
	{address, "at ‹2001:db8::8a2e:370:7334› only"},
	{address, "[‹2001:db8:0:1:1:1:1:1›]:443"},
	{address, "‹fe80::1ff:fe23:4567:890a›"},
	{address, "عنوان ‹٢٠٣.٠.١١٣.٧› محجوب"},
	{address, "http://‹198.51.100.23›/live"},
	{address, "‹198.51.100.0›/24"},

	{card, "card ‹4111 1111 1111 1111› was charged twice"},
	{card, "‹4111111111111111›"},
	{card, "‹5500-0000-0000-0004›"},
	{card, "Amex ‹3782 822463 10005›"},
	{card, "卡号‹6222021234567890128›"},
	{card, "карта ‹2200 0000 0000 0004›"},
	{card, "‹3530111333300000›"},
	{card, "بطاقة ‹٤١١١ ١١١١ ١١١١ ١١١١›"},

	{secret, "‹AKIAIOSFODNN7EXAMPLE›"},
	{secret, "key ‹sk-proj-aB3dEfGh1JkLmNoPqRsT› leaked"},
	{secret, "‹sk-1234567890abcdef1234›"},
	{secret, "slack ‹xoxb-1234-5678-abcdefgh›"},
	{secret, "‹xapp-1-A0123-456-abcdef›"},
	{secret, "‹ghp_abcdefghijklmnopqrstuvwxyz012345›"},
	{secret, "‹github_pat_11ABCDEFG0abcdefghij_klmnop›"},
	{secret, "token ‹eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjMifQ.s5Jx_x-abc›"},
	{secret, "Authorization: Bearer ‹abc.def-123456›"},
	{secret, "bearer ‹a1b2c3d4e5f6›"},
	{secret, "https://a.example/x?key=‹abcd1234›&v=2"},
	{secret, "https://a.example/live.flv?auth_key=‹1700000000-0-0-a1b2c3›"},
	{secret, "https://a.example/?token=‹abcdefgh›"},
	{secret, "secret=‹hunterhunter›"},
	{secret, "AppSecret: ‹9f2c41d07ab3›"},
	{secret, `{"token":"‹0061a2b3c4d5›"}`},
	{secret, "password is ‹hunter2›"},
	{secret, "password: ‹correcthorse›"},
	{secret, "密码：‹abc12345›"},
	{secret, "パスワードは‹Tokyo2024›です"},
	{secret, "пароль: ‹qwerty123›"},
	{secret, "비밀번호: ‹live1234›"},
	{secret, "รหัสผ่าน ‹Bangkok99›"},
	{secret, "mật khẩu: ‹saigon88›"},
	{secret, "contraseña: ‹Perro2020›"},
	{secret, "كلمة المرور: ‹dubai2024x›"},
	{secret, "bot ‹MTE3NTkyODg0NzI5OTExNzA2.GaBcDe.abcdefghijklmnopqrstuvwxyz01›"},
	{secret, "sign ‹9e107d9d372bb6826bd81d3542a419d6›"},
	{secret, "hash ‹2fd4e1c67a2d28fced849ee1bb76e7391b93eb12›"},
	{secret, "‹wJalrXUtnFEMIaK7MDENGabPxRfiCYEXAMPLEK3y9›"},
	{secret, "postgres://‹admin:s3cret›@db.example/app"},
	{secret, "https://hooks.slack.com/services/‹T000/B000/abcdEFGH1234›"},
	{secret, "https://discord.com/api/webhooks/‹123456789/abcdEFGH_ijklMNOP-qrst›"},
	{secret, "passphrase=‹my-srt-pass›"},
	{secret, "-i ‹-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----› done"},
	{secret, "AccessKeySecret=‹Zx81kqLm›"},
	{secret, "wsSecret=‹d41d8cd9›"},

	{streamKey, "push to rtmp://in.example.com/live/‹k3y-9f2c›"},
	{streamKey, "rtmps://live.example.com:443/app/‹abcd-efgh-1234›."},
	{streamKey, "推流地址 rtmp://in.example.com/live/‹room88?txSecret=ab12&txTime=65A›，失败"},
	{streamKey, "ffmpeg -f flv \"rtmp://10.example/app/inst/‹SECRET9›\""},
	{streamKey, "srt://in.example:9000?streamid=‹publish:cam1:pw99›&latency=200"},
	{streamKey, "srt://in.example:9000?mode=caller&streamid=‹#!::r=live/cam1,m=publish›"},
	{streamKey, "stream key: ‹abcd-1234-efgh›"},
	{streamKey, "my streamkey ‹live_884213_xYz›"},
	{streamKey, "推流码：‹a1b2c3d4›"},
	{streamKey, "ストリームキーは‹ab12-cd34›"},
	{streamKey, "스트림 키: ‹abcd1234›"},
	{streamKey, "ключ трансляции: ‹zz-11-yy-22›"},
	{streamKey, "chave de transmissão: ‹br0a-dcast›"},
}

// shown are texts of which nothing may be hidden.
var shown = []string{
	"error 10012 on join", "错误码 10012", "エラー -1307 が出ます", "code 2003, then 1006", "오류 코드 110", "ошибка 404", "خطأ ٤٠٣", "HTTP 502 Bad Gateway", "0x80070005", "exit status 137",
	"SDK 4.2.1", "v4.3.2.1", "version 4.2.1-beta.3", "版本 4.2.1 升级到 4.3.0", "Chrome 120.0.6099.71", "iOS 17.5.1", "Android 14, SDK 4.11.0", "OBS 30.1.2", "firmware 2.0.11", "ffmpeg n6.1.1",
	"room 884213", "房间号 88421300", "stream id 1234567890", "streamid live_room_1", "直播间 13912345678", "phòng 0912345678", "ห้อง 0812345678", "uid=9876543210", "channel 4155552671", "комната 89161234567",
	"4000 kbps", "bitrate 2500000 bps", "码率 3500 kbps", "1920x1080@60", "1080p60", "300 ms → 1200 ms", "RTT 85ms, loss 12.5%", "2.5 Mbps up, 10 Mbps down", "30 fps", "GOP 2 s",
	"20:30", "at 08:15:30", "2024-01-15 10:30", "2024-01-15T10:30:00+08:00", "15.01.2024 10:30", "maintenance 09/04/2024 0830", "01/02/2024", "2024年1月15日", "20:00 UTC+8", "since 3 a.m. (UTC+7)", "Mon, 15 Jan 2024 10:30:00 +0800",
	"120,000 viewers", "1.200.000 зрителей", "1 200 000 spectateurs", "from 800 to 1000 users", "50 of 200 rooms", "3-5 seconds", "10 12 14 16", "port 1935", "ports 8000-9000/udp", "timestamp 1700000000",
	"123e4567-e89b-12d3-a456-426614174000", "trace 7f3a9c", "<@U02ABCDEF>", "<#C024BE91L|general>", "<@175928847299117063>", "<:party:175928847299117063>", "logo@2x.png", "@somchai please look", "std::string a::b", "127.0.0.1 works",
	"https://status.example.com/incidents/2024", "https://docs.example.com/sdk/quick-start?lang=en", "rtmp://in.example.com/live", "srt://in.example.com:9000?latency=200", "the stream key is wrong", "stream key invalid", "推流码错误", "token expired", "token: expired", "password wrong",
	"the token is invalid", "bearer token missing", "basic information", "keyframe=2", "key=none", "llm_first_token=4900ms", "auth failed", "sign error", "the secret of good audio", "task-management-for-customers", "Library/Developer/Xcode/DerivedData/Build",
	"setVideoEncoderConfiguration", "publishStreamWithTranscodingConfigurationAndRetry", "joinChannelEx(token, connection)", "AgoraRtcEngineKit", "joinChannelWithOptionsAndToken2ForUserAccountEx", "order 4111 1111 1111 1112", "4111111111111112 bytes in", "touched 4111111111111112", "libavcodec.so.60.31.102", "H.264 High 4.1", "AEC, ANS, AGC", "00:00:00", "aa:bb:cc:dd:ee:ff", "1+1=2",
	"the fix is: restart the encoder", "หลังจากเปลี่ยน 4G เป็น Wi-Fi", "ang room 7 ay nag-lag ng 3 segundo", "⟦0⟧ and ⟦1⟧", "key ⟦0⟧",
}

func TestHidden(t *testing.T) {
	for _, tc := range hidden {
		text := strings.NewReplacer("‹", "", "›", "").Replace(tc.text)
		want, values := tc.text, 0
		for strings.Contains(want, "‹") {
			values++
			from, to := strings.Index(want, "‹"), strings.Index(want, "›")
			want = want[:from] + "[" + tc.kind + "_" + string(rune('0'+values)) + "]" + want[to+len("›"):]
		}
		b := New(Options{})
		got := b.Hide(text)
		if got != want {
			t.Errorf("Hide(%q)\n got %q\nwant %q", text, got, want)
		}
		if back, ok := b.Show(got); back != text || !ok {
			t.Errorf("Show(%q) = %q, %v; want %q", got, back, ok, text)
		}
	}
	if len(hidden) < 80 || len(shown) < 80 {
		t.Errorf("%d and %d examples, want 80 of each", len(hidden), len(shown))
	}
}

func TestShown(t *testing.T) {
	for _, text := range shown {
		if got := New(Options{}).Hide(text); got != text {
			t.Errorf("Hide(%q) = %q, want it unchanged", text, got)
		}
	}
}

func TestKeepIPs(t *testing.T) {
	b := New(Options{KeepIPs: true})
	if got, want := b.Hide("203.0.113.7 and 2001:db8::8a2e:370:7334, a@b.io"), "203.0.113.7 and 2001:db8::8a2e:370:7334, [EMAIL_1]"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSameValueSamePlaceholder(t *testing.T) {
	b := New(Options{})
	if got, want := b.Hide("a@b.io, c@d.io, a@b.io"), "[EMAIL_1], [EMAIL_2], [EMAIL_1]"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := b.Hide("c@d.io again"), "[EMAIL_2] again"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestShow gives back only what is exact, and tells of what was never given.
func TestShow(t *testing.T) {
	b := New(Options{})
	b.Hide("a@b.io")
	for _, tc := range []struct {
		in, want string
		ok       bool
	}{
		{"to [EMAIL_1]!", "to a@b.io!", true}, {"[EMAIL_1][EMAIL_1]", "a@b.ioa@b.io", true}, {"[email_1] EMAIL_1 [EMAIL 1]", "[email_1] EMAIL_1 [EMAIL 1]", true},
		{"[EMAIL_2]", "[EMAIL_2]", false}, {"[IP_1]", "[IP_1]", false}, {"[NAME_1]", "[NAME_1]", true},
	} {
		if got, ok := b.Show(tc.in); got != tc.want || ok != tc.ok {
			t.Errorf("Show(%q) = %q, %v; want %q, %v", tc.in, got, ok, tc.want, tc.ok)
		}
	}
}

// TestForged shows that a placeholder a customer writes stays the customer's words.
func TestForged(t *testing.T) {
	b := New(Options{})
	text := "a@b.io says [EMAIL_1] and [TEXT_1]"
	got := b.Hide(text)
	if want := "[EMAIL_1] says [TEXT_1] and [TEXT_2]"; got != want {
		t.Errorf("Hide = %q, want %q", got, want)
	}
	if back, ok := b.Show(got); back != text || !ok {
		t.Errorf("Show = %q, %v; want %q", back, ok, text)
	}
}

// TestRoundTrip joins pieces that are easily taken for one another.
func TestRoundTrip(t *testing.T) {
	piece := rapid.OneOf(rapid.SampledFrom([]string{"[EMAIL_1]", "[TEXT_1", "]", "a@b.io", "+66 81 234 5678", " ", "key=", "10.1.2.3", "rtmp://h/a/", "4111111111111111", "٠٩١٢", "：", "\xff"}), rapid.String())
	rapid.Check(t, func(t *rapid.T) { roundTrip(t, strings.Join(rapid.SliceOfN(piece, 0, 12).Draw(t, "pieces"), "")) })
}

func FuzzRoundTrip(f *testing.F) {
	for _, tc := range hidden {
		f.Add(tc.text)
	}
	for _, text := range shown {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { roundTrip(t, text) })
}

func roundTrip(t rapid.TB, text string) {
	b := New(Options{})
	got := b.Hide(text)
	if back, ok := b.Show(got); back != text || !ok {
		t.Fatalf("Hide = %q, Show = %q, %v; want %q", got, back, ok, text)
	}
	if again := New(Options{}).Hide(text); again != got {
		t.Fatalf("Hide gave %q and %q", got, again)
	}
}

// TestHostile keeps long runs from being slow.
func TestHostile(t *testing.T) {
	for _, s := range []string{"0", "1 ", "+1", "a@", "a.", "::", "(", "[EMAIL_1", "key=", "-----BEGIN PRIVATE KEY-----", "rtmp://a/", "４", "1.", "bearer "} {
		text := strings.Repeat(s, 2_000/len(s))
		roundTrip(t, text)
	}
}
