package linear

import (
	"unicode"
)

// Grams collects the hashed features of one text without repeats.
type Grams struct {
	ids  []ID
	seen map[ID]struct{}
}

// NewGrams makes an empty collection.
func NewGrams() *Grams { return &Grams{seen: make(map[ID]struct{}, 512), ids: make([]ID, 0, 512)} }

// IDs gives the features collected.
func (g *Grams) IDs() []ID { return g.ids }

// Add adds one feature.
func (g *Grams) Add(id ID) {
	if _, ok := g.seen[id]; !ok {
		g.seen[id] = struct{}{}
		g.ids = append(g.ids, id)
	}
}

// Name adds a feature by its name.
func (g *Grams) Name(name string) { g.Add(Hash(name)) }

// Chars adds the character n-grams of lengths 1 … longest of each word, word
// borders included, so that beginnings and endings are told apart. Text in
// scripts without spaces is one long word. salt keeps kinds of features apart.
func (g *Grams) Chars(text []rune, longest int, salt uint32) {
	for i := range text {
		h := 2166136261 ^ salt*0x9e3779b9
		for n := 1; n <= longest && i+n <= len(text); n++ {
			r := text[i+n-1]
			if r == ' ' && n > 1 && text[i+n-2] == ' ' {
				break
			}
			h = mix(h, uint32(r))
			if n == 1 && r == ' ' {
				continue
			}
			g.Add(fold(h ^ uint32(n)*0x85ebca6b))
			if r == ' ' && n > 1 && text[i] != ' ' {
				break
			}
		}
	}
}

// Words adds whole words and pairs of neighbours.
func (g *Grams) Words(words []string, salt uint32) {
	var before uint32
	for i, w := range words {
		h := 2166136261 ^ salt*0xc2b2ae35
		for _, r := range w {
			h = mix(h, uint32(r))
		}
		g.Add(fold(h))
		if i > 0 {
			g.Add(fold(mix(before, h) ^ 0x27d4eb2f))
		}
		before = h
	}
}

func mix(h, v uint32) uint32 {
	h ^= v
	h *= 16777619
	return h ^ h>>13
}

// Spaceless tells whether a rune belongs to a script that is written without
// spaces between words.
func Spaceless(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
}
