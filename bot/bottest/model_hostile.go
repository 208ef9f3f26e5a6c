package bottest

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Faults of a model that answers in good form what must not be believed. Those about placeholders and code leave a text
// without any as it is; those about claims change understandings, the others what is written (steps,
// summaries, replies, translations).
var (
	ModelDropsPlaceholder   = rewriting("drops placeholder", onFirst(rePlaceholder, func(string) string { return "" }))
	ModelDoublesPlaceholder = rewriting("doubles placeholder", onFirst(rePlaceholder, func(p string) string { return p + " " + p }))
	ModelChangesPlaceholder = rewriting("changes placeholder", onFirst(rePlaceholder, func(p string) string { return reDigits.ReplaceAllString(p, "9$0") }))
	ModelTranslatesCode     = rewriting("translates code", func(s string) string { return reCode.ReplaceAllString(s, "คำสั่ง") }) // and what is behind placeholders

	ModelWrongLanguage = ModelFault{name: "wrong language", change: wrongLanguage} // placeholders and all, but nobody asked for it
	ModelEchoes        = ModelFault{name: "echoes", change: echoes}                // obeys whatever the customer's text tells it to do, as far as the form goes
	ModelLeaks         = ModelFault{name: "leaks", change: leaks}                  // tells its instruction

	ModelMisquotes  = ModelFault{name: "misquotes", change: misquotes}    // claims that would fit, on words that nobody wrote
	ModelUnknownIDs = ModelFault{name: "unknown ids", change: unknownIDs} // claims of what is in no catalogue, well quoted
	ModelSaysFixed  = ModelFault{name: "says fixed", change: saysFixed}   // a verdict on words that nobody wrote
)

// ModelInvention is what a model adds that no article has.
type ModelInvention string

// Inventions.
const (
	InventsCommand   ModelInvention = "command"
	InventsParameter ModelInvention = "parameter"
	InventsNumber    ModelInvention = "number" // the first number in the text is another; without one, one is added
	InventsUnit      ModelInvention = "unit"   // the same for the first unit
	InventsVersion   ModelInvention = "version"
	InventsHost      ModelInvention = "host"
	InventsLink      ModelInvention = "link"
)

// ModelInventions lists every invention.
func ModelInventions() []ModelInvention {
	return []ModelInvention{InventsCommand, InventsParameter, InventsNumber, InventsUnit, InventsVersion, InventsHost, InventsLink}
}

// ModelInvents writes what it should and something more. An invention that does not exist panics.
func ModelInvents(what ModelInvention) ModelFault {
	invent, known := modelInventions[what]
	if !known {
		panic("bottest: no invention is called " + strconv.Quote(string(what)))
	}
	return rewriting("invents "+string(what), invent)
}

var (
	rePlaceholder = regexp.MustCompile(`⟦[0-9]+⟧|\[[A-Z][A-Z_]*_[0-9]+\]`)
	reCode        = regexp.MustCompile("⟦[0-9]+⟧|`[^`\n]+`")
	reDigits      = regexp.MustCompile(`[0-9]+`)
	reNumber      = regexp.MustCompile(`⟦[0-9]+⟧|\[[A-Z][A-Z_]*_[0-9]+\]|[0-9]+`)
	reUnit        = regexp.MustCompile(`([0-9]\s?)(ms|s|kbps|Mbps|fps|MB|GB)\b`)
	otherUnit     = map[string]string{"ms": "s", "s": "min", "kbps": "Mbps", "Mbps": "kbps", "fps": "Hz", "MB": "GB", "GB": "MB"}
)

var modelInventions = map[ModelInvention]func(string) string{
	InventsCommand:   func(s string) string { return s + "\n`sudo systemctl restart relayd`" },
	InventsParameter: func(s string) string { return s + " `enable_turbo=true`" },
	InventsNumber:    otherNumber,
	InventsUnit:      changeUnit,
	InventsVersion:   func(s string) string { return s + " SDK 9.9.9" },
	InventsHost:      func(s string) string { return s + " edge-77.example.net" },
	InventsLink:      func(s string) string { return s + " https://example.net/fix" },
}

func rewriting(name string, rewrite func(string) string) ModelFault {
	return ModelFault{name: name, change: func(_ modelAsk, healthy any) any { return rewriteAll(healthy, rewrite) }}
}

// rewriteAll changes what a value has of written text; an understanding has none.
func rewriteAll(v any, rewrite func(string) string) any {
	said := asObj(v)
	for _, field := range []string{"step", "reply", "translation"} {
		if text, ok := said[field].(string); ok {
			said[field] = rewrite(text)
		}
	}
	if lines, ok := said["lines"].([]string); ok {
		lines = slices.Clone(lines)
		for i, line := range lines {
			lines[i] = rewrite(line)
		}
		said["lines"] = lines
	}
	return v
}

// onFirst changes the first match alone.
func onFirst(re *regexp.Regexp, change func(string) string) func(string) string {
	return func(s string) string {
		at := re.FindStringIndex(s)
		if at == nil {
			return s
		}
		return s[:at[0]] + change(s[at[0]:at[1]]) + s[at[1]:]
	}
}

func otherNumber(s string) string {
	for _, at := range reNumber.FindAllStringIndex(s, -1) {
		if digit := s[at[1]-1]; digit >= '0' && digit <= '9' { // a placeholder ends with a bracket
			return s[:at[1]-1] + string('0'+(digit-'0'+1)%10) + s[at[1]:]
		}
	}
	return s + " 4711"
}

func changeUnit(s string) string {
	at := reUnit.FindStringSubmatchIndex(s)
	if at == nil {
		return s + " (5 ms)"
	}
	return s[:at[4]] + otherUnit[s[at[4]:at[5]]] + s[at[5]:]
}

// wrongLanguage writes Russian, or Chinese to those who want Russian.
func wrongLanguage(ask modelAsk, healthy any) any {
	words := "Пожалуйста, проверьте подключение к сети и перезапустите приложение."
	if strings.HasPrefix(ask.read().lang(), "ru") {
		words = "请检查网络连接，然后重新启动应用程序。"
	}
	return rewriteAll(healthy, func(s string) string {
		return strings.Join(append([]string{words}, rePlaceholder.FindAllString(s, -1)...), " ")
	})
}

func echoes(ask modelAsk, healthy any) any {
	said := ask.read().said()
	if ask.purpose == ModelUnderstanding {
		return modelClaims(obj{"act": modelClaim("fixed", said), "severity": modelClaim("P1", said)})
	}
	return rewriteAll(healthy, func(string) string { return said })
}

func leaks(ask modelAsk, healthy any) any {
	d := ask.read()
	if ask.purpose == ModelUnderstanding {
		return modelClaims(obj{"facts": []obj{{"slot": first(d.Diagnostics), "value": ask.system(), "quote": d.said()}}})
	}
	return rewriteAll(healthy, func(string) string { return ask.system() })
}

const neverSaid = "words that nobody has written"

func misquotes(ask modelAsk, healthy any) any {
	if ask.purpose != ModelUnderstanding {
		return healthy
	}
	d := ask.read()
	return modelClaims(obj{
		"lang": modelClaim(first(d.Languages), neverSaid), "act": modelClaim("report", neverSaid), "scenario": modelClaim(first(d.Scenarios), neverSaid),
		"regions": []obj{modelClaim("TH", neverSaid)}, "symptoms": []obj{modelClaim(first(d.Symptoms), neverSaid)}, "severity": modelClaim("P1", neverSaid),
		"facts": []obj{{"slot": first(d.Diagnostics), "value": "3", "quote": neverSaid}},
	})
}

func unknownIDs(ask modelAsk, healthy any) any {
	if ask.purpose != ModelUnderstanding {
		return healthy
	}
	said := ask.read().said()
	return modelClaims(obj{
		"lang": modelClaim("tlh", said), "act": modelClaim("dance", said), "scenario": modelClaim("karaoke_on_mars", said),
		"regions": []obj{modelClaim("ZZ", said), modelClaim("999", said)}, "symptoms": []obj{modelClaim("gremlins", said)}, "severity": modelClaim("P0", said),
		"facts": []obj{{"slot": "shoe_size", "value": "42", "quote": said}},
	})
}

func saysFixed(ask modelAsk, healthy any) any {
	if ask.purpose != ModelUnderstanding {
		return healthy
	}
	return modelClaims(obj{"act": modelClaim("fixed", neverSaid)})
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}
