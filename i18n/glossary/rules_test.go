package glossary_test

import "testing"

// things are one kind of thing each, beside what only looks like it.
var things = []struct{ kind, lang, text string }{
	{"code", "en", "Put ⟪```\nfps := 30\n```⟫ in, or ⟪``a`b``⟫, or ⟪`x`⟫ ` not\n` not ```and\n\n```` neither"},
	{"code in Chinese", "zh-Hans", "把⟪`fps`⟫改成3，再试一次"},
	{"command", "en", "⟪$ ./run.sh --fast⟫\nwait\n ⟪$ make⟫ \nfor $ and more"},
	{"price is no command", "en", "⟪$ 50⟫ or ⟪$50⟫ or ⟪50 €⟫ for us"},
	{"Slack", "en", "⟪<@U012AB3CD>⟫ see ⟪<#C123|general>⟫ ⟪<!here>⟫ ⟪<!subteam^S1|@ops>⟫ ⟪<https://x.com/a|the page>⟫ ⟪:smile:⟫ ⟪:+1::skin-tone-2:⟫"},
	{"Discord", "en", "⟪<@!123>⟫ ⟪<@&456>⟫ ⟪<#789>⟫ ⟪<:party:123>⟫ ⟪<a:dance:456>⟫ ⟪<t:1700000000:R>⟫ ⟪</help:99>⟫"},
	{"no token", "en", "a < b, then <b>bold</b> and a <- b -> c"},
	{"names", "en", "⟪@anna⟫, ⟪@here⟫ ⟪@max_k.o⟫. See ⟪#help-desk⟫ not C# or a @ b"},
	{"name in Korean", "ko", "⟪@김민수님⟫ 확인 부탁드려요"},
	{"name before a space", "zh-Hans", "⟪@张三⟫ 请看；@张三请看一下这个问题"},
	{"no emoji code", "en", "at ⟪10:30:45⟫: wait:no:never"},
	{"emoji", "en", "ok ⟪👍🏽⟫ ⟪👨‍👩‍👧⟫ ⟪🇹🇭🇯🇵⟫ ⟪1️⃣⟫ ⟪❤️⟫ fine™ № 5, no: A → B"},
	{"links", "en", "(⟪https://x.com/a_(b)?q=1&r=ü⟫), ⟪srt://h:9000?streamid=#!::r=live⟫, ⟪HTTP://X.COM⟫."},
	{"link in bold", "en", "**⟪https://x.com/a⟫** and \"⟪https://x.com/b⟫\""},
	{"link in Thai", "th", "ดูที่⟪https://x.com/a⟫นะคะ"},
	{"hosts", "en", "⟪live.example.com⟫, ⟪example.com/app⟫ ⟪cdn-1.example.co.id:1935⟫ ⟪node7⟫:⟪1935⟫ vs. fixed.Thanks and so.it works, e.g. p.m."},
	{"addresses", "en", "⟪10.0.0.1⟫ ⟪10.0.0.0/8⟫ ⟪192.168.1.7:1935⟫ ⟪2001:db8::1⟫ to:⟪fe80::1⟫; std::vector is not"},
	{"mail", "ja", "⟪a.b+c@example.co.jp⟫へ送ってください"},
	{"files", "en", "⟪client.log⟫, ⟪my-trace(1).pcapng⟫ ⟪été.png⟫ ⟪ошибка.txt⟫ ⟪seg_001.ts⟫"},
	{"file in Chinese", "zh-Hans", "附件：⟪错误日志.log⟫，请看"},
	{"paths", "en", "⟪/var/log/rtc⟫ ⟪~/app/x⟫ ⟪./a/b⟫ ⟪C:\\logs\\rtc⟫ and/or/maybe"},
	{"parameters", "en", "⟪fps=30⟫, ⟪--preset=fast⟫ ⟪--re⟫ but a = b and word--word -- so"},
	{"identifiers", "en", "⟪stream_key⟫ ⟪onUserOffline⟫ ⟪joinChannel()⟫ ⟪0x8004⟫ ⟪E1003⟫ ⟪P1⟫ ⟪room-8842⟫ ⟪550e8400-e29b-41d4-a716-446655440000⟫ ⟪ERR_CONNECTION_RESET⟫ ⟪#12⟫"},
	{"words with digits", "en", "the 1st, 2nd and 3rd at 5pm or 10am, a 30-minute-long break"},
	{"ordinals", "fr", "la 2e fois, le 1er jour"},
	{"doubled words", "id", "teman2 dan kawan2nya, tapi ⟪room2b⟫"},
	{"doubled words are ids elsewhere", "en", "⟪teman2⟫"},
	{"Arabic in Latin letters", "ar", "7abibi el sot by2ta3 3andi, ⟪h264⟫ ⟪p2p⟫ we ⟪5g⟫"},
	{"versions", "en", "⟪4.3⟫, ⟪v4.3.2⟫ ⟪1.0.0-beta.2⟫ ⟪2.0-rc⟫. Done"},
	{"units", "en", "⟪2 Mbps⟫ ⟪30fps⟫ ⟪500ms⟫ ⟪25%⟫ ⟪-3 dB⟫ ⟪20–30 %⟫ ⟪48 kHz⟫ ⟪1080p⟫ ⟪16 GB⟫ ⟪5 s⟫ but 5 seconds and 3 us"},
	{"units in other digits", "ar", "⟪٢٥٪⟫ و ⟪٥٠٠ ms⟫ و ٣ دقائق"},
	{"percent first", "tr", "⟪%25⟫ kayıp"},
	{"unit as a word", "ru", "500 мс, 30 кадров, 2 Мбит/с"},
	{"thousands by points", "de", "10.000 Zuschauer, ⟪1.50⟫ und ⟪4.3⟫"},
	{"times and dates", "en", "⟪20:15⟫ ⟪2025-03-01T20:15:00Z⟫ ⟪2025-03-01⟫ ⟪5/12⟫ ⟪24/7⟫ ⟪16:9⟫ ⟪1920x1080⟫ ⟪1280 × 720⟫"},
	{"codes", "en", "⟪10012⟫ ⟪-1307⟫ ⟪-102⟫ ⟪12-345⟫ but 403 and 10,000 and room 50-90, ⟪10k⟫ users in ⟪4K⟫"},
	{"large numbers", "zh-Hans", "5000万次，1.5亿，3万人，⟪5000⟫次"},
	{"large numbers", "id", "3rb penonton, 5 juta"},
	{"large numbers", "ru", "5000 тыс зрителей, 10 000 зрителей"},
	{"telephone", "en", "call ⟪+49 (30) 123-4567⟫ now"},
	{"brackets of ours", "en", "text ⟪⟦0⟧⟫ and ⟪⟦⟫ or ⟪⟧⟫ in it"},
	{"names of the trade", "en", "⟪webrtc⟫ ⟪H.264⟫ ⟪1V1⟫ ⟪obs studio⟫; my turn to rest, two windows, an opus, ice"},
	{"names of the trade, exact", "en", "⟪TURN⟫ over ⟪ICE⟫ and ⟪REST⟫ on ⟪Windows⟫ with ⟪Opus⟫"},
	{"longest term", "zh-Hans", "⟪一对一视频通话⟫和⟪语音聊天室⟫，⟪CDN节点⟫"},
	{"full width", "zh-Hans", "⟪ＲＴＭＰ⟫断了"},
	{"no part of a word", "en", "bitrates, streamers, subrtmp and rtmpx"},
	{"particles", "ko", "⟪비트레이트⟫를 올리고 ⟪SDK⟫에서"},
	{"Persian with Arabic letters", "fa", "⟪بيت ريت⟫ بالاست"},
	{"nothing", "en", "Hello, it still does not work."},
}

func TestMaskThings(t *testing.T) {
	g := load(t)
	for _, tc := range things {
		t.Run(tc.kind, func(t *testing.T) { checkMasked(t, g, tc.text, tc.lang) })
	}
}
