package redact

import (
	"regexp"
	"slices"
	"strings"
)

// secretForm finds secrets; its last group is what is hidden. It is tried only
// on a text that has one of its hints, in small letters: most texts have none.
type secretForm struct {
	re    *regexp.Regexp
	kind  string
	ok    func(value string) bool // nil: always
	hints []string                // nil: none is needed
}

// known are the forms of keys and tokens that tell by themselves what they are.
var known = regexp.MustCompile(`(?s:-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$))` +
	`|\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}\b` + // Amazon
	`|\bLTAI[A-Za-z0-9]{12,24}\b|\bAKID[A-Za-z0-9]{16,40}\b|\bAKLT[A-Za-z0-9_\-]{16,64}` + // Alibaba, Tencent, Volcano
	`|\bAIza[A-Za-z0-9_\-]{30,40}|\bya29\.[A-Za-z0-9_\-]{20,}` + // Google
	`|\bxox[a-z]-[A-Za-z0-9\-]{8,}|\bxapp-[A-Za-z0-9\-]{8,}` + // Slack
	`|\bgh[pousr]_[A-Za-z0-9]{16,}|\bgithub_pat_[A-Za-z0-9_]{20,}|\bglpat-[A-Za-z0-9_\-]{16,}|\bnpm_[A-Za-z0-9]{30,}|\bhf_[A-Za-z0-9]{20,}` +
	`|\b[srp]k_(?:live|test)_[A-Za-z0-9]{8,}|\bwhsec_[A-Za-z0-9]{16,}|\bSG\.[A-Za-z0-9_\-]{16,}\.[A-Za-z0-9_\-]{16,}` + // Stripe, SendGrid
	`|\beyJ[A-Za-z0-9_\-]{6,}\.[A-Za-z0-9_\-]{6,}(?:\.[A-Za-z0-9_\-]*)?` + // JSON Web Tokens
	`|\b[MNO][A-Za-z0-9_\-]{22,28}\.[A-Za-z0-9_\-]{6,7}\.[A-Za-z0-9_\-]{27,}` + // Discord
	`|\b[0-9]{8,10}:[A-Za-z0-9_\-]{35}\b`) // Telegram

const (
	// names are what a key is called in addresses, code and settings, with any prefix.
	names = `[A-Za-z0-9_\-]*?(?:api[_\-]?key|access[_\-]?key(?:[_\-]?(?:id|secret))?|secret[_\-]?key|private[_\-]?key|auth[_\-]?key|` +
		`app[_\-]?(?:key|secret|certificate)|session[_\-]?key|(?:^|\b|[_\-])(?:key|pass)|secret|token|auth|passw(?:or)?d|passphrase|pwd|` +
		`sign(?:ature)?|sig|usersig|credentials?|cookie)`
	// anywhere are the words for a password or token in other languages.
	anywhere = `密码|密碼|口令|密钥|密鑰|秘钥|令牌|パスワード|トークン|비밀번호|암호|토큰|รหัสผ่าน|пароль|пароля|токен|mật khẩu|kata sandi|kata laluan|contraseña|` +
		`senha|mot de passe|passwort|kennwort|hasło|şifre|parola|كلمة المرور|كلمة السر|رمز عبور|پاس ورڈ|पासवर्ड|পাসওয়ার্ড`
	// streamNames are the words for a stream key.
	streamNames = `推流码|推流碼|推流密钥|推流密鑰|串流密钥|串流金鑰|直播码|直播碼|流密钥|ストリームキー|스트림 키|스트림키|คีย์สตรีม|สตรีมคีย์|khóa luồng|kunci siaran|kunci stream|` +
		`clave de transmisión|clave de la transmisión|chave de transmissão|clé de stream|clé de diffusion|streamschlüssel|` +
		`chiave di stream|chiave dello stream|klucz streamu|yayın anahtarı|ключ потока|ключ трансляции|ключ трансляції|` +
		`ключ потоку|ключ стрима|مفتاح البث|کلید استریم|स्ट्रीम की|স্ট্রিম কী|اسٹریم کی`
	value = `["'“”「` + "`" + `]?([!#$%*+\-./0-9:=?@A-Z\[\\\]^_a-z~]{4,})`
)

var nameHints = []string{"key", "secret", "certificate", "token", "auth", "pass", "pwd", "sig", "credential", "cookie"}

var forms = []secretForm{
	{re: regexp.MustCompile(`(?i)\bstream[ _\-]?(?:key|name key)["']?\s?(?:[:：=＝]|\bis\b)?\s*` + value), kind: streamKey, ok: isSecret, hints: []string{"stream"}},
	{re: regexp.MustCompile(`(?i)(?:` + streamNames + `)\s?(?:[:：=＝]|是|は|is|es|est|ist|é|è|это|це)?\s*` + value), kind: streamKey, ok: isSecret, hints: strings.Split(streamNames, "|")},
	{re: regexp.MustCompile(`\b(sk-[A-Za-z0-9_\-]{12,})`), kind: secret, ok: hasDigit, hints: []string{"sk-"}},
	{re: regexp.MustCompile(`hooks\.slack\.com/services/([A-Za-z0-9_/\-]{8,})`), kind: secret, hints: []string{"hooks.slack"}},
	{re: regexp.MustCompile(`discord(?:app)?\.com/api/(?:v[0-9]+/)?webhooks/([0-9]+/[A-Za-z0-9_\-]{16,})`), kind: secret, hints: []string{"webhooks"}},
	{re: regexp.MustCompile(`(?i)\bauthorization["']?\s*[:=]\s*["']?(?:[A-Za-z]+\s+)?([A-Za-z0-9._~+/=\-]{8,})`), kind: secret, hints: []string{"authorization"}},
	{re: regexp.MustCompile(`(?i)\bbearer\s+([A-Za-z0-9._~+/=\-]{8,})`), kind: secret, ok: hasDigit, hints: []string{"bearer"}},
	{re: regexp.MustCompile(`(?i)(?:^|[^A-Za-z0-9])` + names + `["']?\s?[=＝]\s?` + value), kind: secret, ok: isValue, hints: []string{"=", "＝"}},
	{re: regexp.MustCompile(`(?i)(?:^|[^A-Za-z0-9])` + names + `["']?\s?(?:[:：]|\bis\b)\s*` + value), kind: secret, ok: isSecret, hints: nameHints},
	{re: regexp.MustCompile(`(?i)\b(?:pass(?:word|wd)|pwd|passphrase)["']?\s?(?:[:：]|\bis\b)\s*` + value), kind: secret, ok: isValue, hints: []string{"pass", "pwd"}},
	{re: regexp.MustCompile(`(?i)(?:` + anywhere + `)\s?(?:[:：=＝]|是|は|が|-|is|es|est|ist|é|è|это|হল|है|ہے|هو|هي)?\s*` + value), kind: secret, ok: isSecret, hints: strings.Split(anywhere, "|")},
}

func secrets(text string) []span {
	var spans []span
	for _, m := range known.FindAllStringIndex(text, -1) {
		spans = append(spans, span{m[0], m[1], secret})
	}
	lower := strings.ToLower(text)
	hinted := func(hint string) bool { return strings.Contains(lower, hint) }
	for _, form := range forms {
		if form.hints != nil && !slices.ContainsFunc(form.hints, hinted) {
			continue
		}
		for _, m := range form.re.FindAllStringSubmatchIndex(text, -1) {
			from, to := m[len(m)-2], m[len(m)-1]
			to = from + len(trimEnd(text[from:to]))
			if form.ok == nil || form.ok(text[from:to]) {
				spans = append(spans, span{from, to, form.kind})
			}
		}
	}
	return spans
}

// trimEnd takes the signs of the sentence off a value.
func trimEnd(s string) string { return strings.TrimRight(s, ".,:;!?)]}…！？：") }

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

// notSecret is what stands after "token=" or "password:" without being one.
var notSecret = strings.Fields(`null none true false undefined empty missing expired invalid valid wrong failed fail error
	unknown required value string number object config correct incorrect changed reset auto default basic bearer oauth
	xxxx xxxxx xxxxxx xxxxxxxx **** ***** ****** ******** .... okay success denied rejected refused mismatch generated renewed ready`)

var amount = regexp.MustCompile(`^[0-9.]+(?:m?s|[km]?bps|fps|hz|%)$`)

// isValue tells whether what stands after a name and "=" is a value at all:
// first_token=4900ms is a measurement.
func isValue(s string) bool {
	return len(s) >= 4 && !slices.Contains(notSecret, strings.ToLower(s)) && !amount.MatchString(s)
}

// isSecret tells a secret from a word of the sentence: it has a digit, or small
// and capital letters in a mix that is no name, or three parts and more.
func isSecret(s string) bool {
	if !isValue(s) {
		return false
	}
	return hasDigit(s) && strings.ContainsAny(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz") || len(s) >= 6 && digits(s) == s ||
		strings.ContainsAny(s[1:], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") && strings.ToUpper(s) != s || strings.Count(s, "-") >= 2 || strings.ContainsAny(s, "!@#$%^*_+")
}
