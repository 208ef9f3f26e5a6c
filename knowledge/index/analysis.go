package index

import (
	"fmt"
	"sync"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/char/asciifolding"
	"github.com/blevesearch/bleve/v2/analysis/lang/ar"
	"github.com/blevesearch/bleve/v2/analysis/lang/cjk"
	"github.com/blevesearch/bleve/v2/analysis/lang/de"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/analysis/lang/es"
	"github.com/blevesearch/bleve/v2/analysis/lang/fa"
	"github.com/blevesearch/bleve/v2/analysis/lang/fr"
	"github.com/blevesearch/bleve/v2/analysis/lang/hi"
	"github.com/blevesearch/bleve/v2/analysis/lang/in"
	"github.com/blevesearch/bleve/v2/analysis/lang/it"
	"github.com/blevesearch/bleve/v2/analysis/lang/pt"
	"github.com/blevesearch/bleve/v2/analysis/lang/ru"
	"github.com/blevesearch/bleve/v2/analysis/token/lowercase"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/unicode"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/registry"
	zap "github.com/blevesearch/zapx/v17"
	"golang.org/x/text/language"
)

// The fields of a document.
const (
	fieldTitle    = "title"
	fieldSummary  = "summary"
	fieldExamples = "examples"
	fieldSteps    = "steps"
)

// Names of our own analyzers and filters. The prefix keeps them apart from Bleve's.
const (
	folded     = "firstline_folded" // words in lower case without marks
	plain      = "firstline_plain"  // words in lower case
	indic      = "firstline_indic"  // plain, with the spellings of Indic scripts unified
	perso      = "firstline_perso"  // plain, with Arabic and Persian letter forms unified
	prefixed   = "firstline_prefix" // folded, and cut to the beginning that inflection leaves alone
	thai       = "firstline_thai"   // plain, with Thai runs cut into overlapping pieces
	thaiRuns   = "firstline_thai_runs"
	thaiPieces = "firstline_thai_pieces"
	wordStart  = "firstline_word_beginning"
)

// analyzers gives the analyzer of a language, by base language.
//
// Polish, Turkish and Ukrainian take the beginning of words and not a stemmer: Bleve has none for Ukrainian, its Polish
// one is a table of 2 MB, and its Turkish one stems a word and its inflected form to different stems too often.
var analyzers = map[string]string{
	"ar": ar.AnalyzerName, "de": de.AnalyzerName, "en": en.AnalyzerName, "es": es.AnalyzerName, "fa": fa.AnalyzerName,
	"fr": fr.AnalyzerName, "hi": hi.AnalyzerName, "it": it.AnalyzerName, "pt": pt.AnalyzerName, "ru": ru.AnalyzerName,
	"zh": cjk.AnalyzerName, "ja": cjk.AnalyzerName, "ko": cjk.AnalyzerName,
	"th": thai,
	"vi": folded, "id": folded, "ms": folded, "fil": folded,
	"pl": prefixed, "tr": prefixed, "uk": prefixed,
	"bn": indic,
	"ur": perso,
}

// analyzerOf gives the analyzer of a language tag; any language that is not listed gets the plain one.
func analyzerOf(lang string) string {
	tag, err := language.Parse(lang)
	if err != nil {
		return plain
	}
	base, _ := tag.Base()
	if name, ok := analyzers[base.String()]; ok {
		return name
	}
	return plain
}

// ownAnalyzers says how those that Bleve does not have are put together.
var ownAnalyzers = map[string]struct {
	tokenizer     string
	chars, tokens []string
}{
	plain:    {unicode.Name, nil, []string{lowercase.Name}},
	folded:   {unicode.Name, []string{asciifolding.Name}, []string{lowercase.Name}},
	prefixed: {unicode.Name, []string{asciifolding.Name}, []string{lowercase.Name, wordStart}},
	indic:    {unicode.Name, nil, []string{lowercase.Name, in.NormalizeName}},
	perso:    {unicode.Name, nil, []string{lowercase.Name, ar.NormalizeName, fa.NormalizeName}},
	thai:     {thaiRuns, nil, []string{lowercase.Name, thaiPieces}},
}

// register makes our token filters known to Bleve, once a process.
//
// It also tells the segment writer not to reserve room for a hundred documents more than it was given: of the 11 MiB
// that 24 indexes of ten documents would keep, 10 are that reserve. Nothing else in the program writes segments.
var register = sync.OnceValue(func() error {
	zap.NewSegmentBufferNumResultsBump = 0
	split := func(map[string]any, *registry.Cache) (analysis.Tokenizer, error) {
		return tokenizerFunc(splitThai), nil
	}
	if err := registry.RegisterTokenizer(thaiRuns, split); err != nil {
		return err
	}
	if err := registry.RegisterTokenFilter(thaiPieces, filter(cutThai)); err != nil {
		return err
	}
	return registry.RegisterTokenFilter(wordStart, filter(cutWords))
})

// filterFunc is a token filter without settings.
type filterFunc func(analysis.TokenStream) analysis.TokenStream

// Filter calls f.
func (f filterFunc) Filter(in analysis.TokenStream) analysis.TokenStream { return f(in) }

// tokenizerFunc is a tokenizer without settings.
type tokenizerFunc func([]byte) analysis.TokenStream

// Tokenize calls f.
func (f tokenizerFunc) Tokenize(in []byte) analysis.TokenStream { return f(in) }

// filter makes the constructor that Bleve's registry wants.
func filter(f filterFunc) registry.TokenFilterConstructor {
	return func(map[string]any, *registry.Cache) (analysis.TokenFilter, error) { return f, nil }
}

// newMapping describes the documents of one language.
func newMapping(analyzer string) (*mapping.IndexMappingImpl, error) {
	if err := register(); err != nil {
		return nil, fmt.Errorf("register token filters: %w", err)
	}
	m := bleve.NewIndexMapping()
	if own, ok := ownAnalyzers[analyzer]; ok {
		err := m.AddCustomAnalyzer(analyzer, map[string]any{
			"type": custom.Name, "tokenizer": own.tokenizer, "char_filters": own.chars, "token_filters": own.tokens,
		})
		if err != nil {
			return nil, fmt.Errorf("analyzer %s: %w", analyzer, err)
		}
	}
	doc := bleve.NewDocumentStaticMapping()
	for _, name := range []string{fieldTitle, fieldSummary, fieldExamples, fieldSteps} {
		field := bleve.NewTextFieldMapping()
		field.Analyzer = analyzer
		field.Store, field.IncludeInAll, field.IncludeTermVectors, field.DocValues = false, false, false, false
		doc.AddFieldMappingsAt(name, field)
	}
	m.DefaultMapping = doc
	m.DefaultAnalyzer = analyzer
	m.ScoringModel = scoring
	return m, nil
}
