package understand_test

import (
	"bufio"
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"golang.org/x/text/language"

	"firstline/i18n"
	"firstline/triage"
	"firstline/triage/understand"
)

// rows reads a data file and checks what all of them have in common.
func rows(t *testing.T, name string, columns int, each func(line int, f []string)) {
	t.Helper()
	f, err := os.Open(filepath.FromSlash(name))
	if err != nil {
		t.Errorf("%v; every language has one", err)
		return
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	n := 0
	for s.Scan() {
		n++
		cells := strings.Split(s.Text(), "\t")
		switch {
		case !utf8.ValidString(s.Text()):
			t.Errorf("%s:%d: not UTF-8", name, n)
		case len(cells) != columns:
			t.Errorf("%s:%d: %d columns, want %d", name, n, len(cells), columns)
		default:
			each(n, cells)
		}
	}
	if err := s.Err(); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	if n == 0 {
		t.Errorf("%s is empty", name)
	}
}

func catalogueIDs(t *testing.T) (scenarios, symptoms []string) {
	t.Helper()
	cat, err := fieldCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range cat.Scenarios {
		scenarios = append(scenarios, s.ID)
	}
	for _, s := range cat.Symptoms {
		symptoms = append(symptoms, s.ID)
	}
	return scenarios, symptoms
}

func isRegion(code string) bool {
	r, err := language.ParseRegion(code)
	return err == nil && code != "" && r.String() == code
}

func TestCorpus(t *testing.T) {
	scenarios, symptoms := catalogueIDs(t)
	for _, lang := range i18n.Languages() {
		name := "corpus/" + lang + ".tsv"
		seen, acts := map[string]int{}, map[string]int{}
		rows(t, name, 6, func(n int, f []string) {
			bad := func(what, value string) { t.Errorf("%s:%d: %s %q", name, n, what, value) }
			if !slices.Contains(triage.Acts(), triage.Act(f[0])) {
				bad("unknown act", f[0])
			}
			acts[f[0]]++
			if f[1] != "-" && !slices.Contains(scenarios, f[1]) {
				bad("unknown scenario", f[1])
			}
			for _, code := range strings.Split(f[2], ",") {
				if code != "-" && !isRegion(code) {
					bad("unknown region", code)
				}
			}
			list := strings.Split(f[3], ",")
			for i, s := range list {
				if s != "-" && !slices.Contains(symptoms, s) || slices.Index(list, s) != i {
					bad("unknown or repeated symptom", s)
				}
			}
			if len(list) > 3 {
				bad("more than three symptoms", f[3])
			}
			if !slices.Contains([]string{"-", "P1", "P2", "P3", "P4"}, f[4]) {
				bad("unknown severity", f[4])
			}
			if f[4] != "-" && f[0] != "report" && f[0] != "human" {
				bad("severity of an act that has none", f[0])
			}
			if f[0] == "report" && f[4] == "-" {
				bad("report without severity", f[5])
			}
			if strings.TrimSpace(f[5]) == "" {
				bad("no text", f[5])
			}
			if before, ok := seen[f[5]]; ok {
				t.Errorf("%s:%d: the text of line %d again", name, n, before)
			}
			seen[f[5]] = n
		})
		for _, a := range triage.Acts() {
			if acts[string(a)] < 5 {
				t.Errorf("%s: %d messages of act %s, want at least 5", name, acts[string(a)], a)
			}
		}
	}
}

// ruleConcepts are the concepts that rules in Go name; a lexicon without one
// would silently switch the rule off.
var ruleConcepts = strings.Fields(`all_users many_users half_users some_users one_user live_now since_yesterday since_this_morning just_now wifi mobile_data
	platform_android platform_ios platform_web platform_windows negation no yes unaffected it_works_now still_broken unusable degraded correction addition
	i_dont_know wait_a_moment speak_english_please people some_places again now live_event event_upcoming talk_to_human`)

func TestLexicon(t *testing.T) {
	scenarios, symptoms := catalogueIDs(t)
	known := map[string]int{}
	for _, lang := range i18n.Languages() {
		name := "lexicon/" + lang + ".tsv"
		seen := map[string]bool{}
		rows(t, name, 2, func(n int, f []string) {
			if seen[f[0]] {
				t.Errorf("%s:%d: concept %s twice", name, n, f[0])
			}
			seen[f[0]] = true
			known[f[0]]++
			for _, p := range strings.Split(f[1], "|") {
				if strings.TrimSpace(p) == "" {
					t.Errorf("%s:%d: an empty phrase of %s", name, n, f[0])
				}
			}
		})
		for _, id := range slices.Concat(scenarios, symptoms, ruleConcepts) {
			if !seen[id] {
				t.Errorf("%s has no phrases of %s", name, id)
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(known)) {
		if got, want := known[id], len(i18n.Languages()); got != want {
			t.Errorf("concept %s is in %d languages, want %d: a misspelt id has no effect", id, got, want)
		}
	}
}

// TestRulesNameConceptsThatExist looks the concepts of the rules up in the
// sources, so that the list above stays whole.
func TestRulesNameConceptsThatExist(t *testing.T) {
	concepts := map[string]bool{}
	rows(t, "lexicon/en.tsv", 2, func(_ int, f []string) { concepts[f[0]] = true })
	src, err := os.ReadFile("facts.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, m := range regexp.MustCompile(`"([a-z_]+)": \{"[a-z]+", "[a-z_]+"\}`).FindAllStringSubmatch(string(src), -1) {
		found++
		if !concepts[m[1]] {
			t.Errorf("facts.go names the concept %q, which no lexicon has", m[1])
		}
	}
	if found < 10 {
		t.Errorf("%d concepts found in facts.go, want at least 10; was the table rewritten?", found)
	}
}

func TestGazetteer(t *testing.T) {
	cities, carriers := map[string]bool{}, map[string]bool{} // ASCII names alone, so that no city counts once a language
	for _, lang := range i18n.Languages() {
		name := "gazetteer/" + lang + ".tsv"
		rows(t, name, 3, func(n int, f []string) {
			switch f[0] {
			case "country", "city", "carrier":
				if r, err := language.ParseRegion(f[1]); err != nil || !r.IsCountry() || len(f[1]) != 2 || !isRegion(f[1]) {
					t.Errorf("%s:%d: %q is not the code of a country", name, n, f[1])
				}
			case "operator":
				if f[1] != "-" {
					t.Errorf("%s:%d: an operator of many countries with the place %q, want -", name, n, f[1])
				}
			case "area":
				if !isRegion(f[1]) || len(f[1]) != 3 {
					t.Errorf("%s:%d: %q is not the code of an area", name, n, f[1])
				}
			default:
				t.Errorf("%s:%d: unknown kind %q", name, n, f[0])
			}
			for _, p := range strings.Split(f[2], "|") {
				p = strings.ToLower(strings.TrimSpace(p))
				if p == "" {
					t.Errorf("%s:%d: an empty name", name, n)
				}
				switch {
				case len(p) < 2:
					t.Errorf("%s:%d: the name %q is too short to mean a place", name, n, p)
				case f[0] == "city" && ascii(p):
					cities[f[1]+" "+p] = true
				case f[0] == "carrier" && ascii(p):
					carriers[f[1]+" "+p] = true
				}
			}
		})
	}
	if len(cities) < 400 || len(carriers) < 250 {
		t.Errorf("%d cities and %d carriers, want at least 400 and 250", len(cities), len(carriers))
	}
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > 127 })
}

// TestModelsAreOfThisCorpus: whoever changes a data file trains again.
func TestModelsAreOfThisCorpus(t *testing.T) {
	want, err := understand.Fingerprint(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	got, err := fs.ReadFile(understand.Data(), understand.FingerprintFile)
	if err != nil || strings.TrimSpace(string(got)) != want {
		t.Errorf("the models were trained from %q (error %v), but the data files are %q; run go generate ./triage/understand", got, err, want)
	}
}

func TestFingerprint(t *testing.T) {
	files := fstest.MapFS{}
	for _, dir := range []string{"corpus", "lexicon", "gazetteer"} {
		for _, lang := range i18n.Languages() {
			files[dir+"/"+lang+".tsv"] = &fstest.MapFile{Data: []byte("a\tb\n")}
		}
	}
	print := func() string {
		t.Helper()
		p, err := understand.Fingerprint(files)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	before := print()
	if again := print(); again != before {
		t.Errorf("the same files have the fingerprints %s and %s", before, again)
	}
	for _, name := range []string{"corpus/en.tsv", "lexicon/th.tsv", "gazetteer/pl.tsv"} {
		old := files[name]
		files[name] = &fstest.MapFile{Data: []byte("a\tc\n")}
		if print() == before {
			t.Errorf("the fingerprint does not see a change of %s", name)
		}
		files[name] = old
	}
	delete(files, "lexicon/th.tsv")
	if _, err := understand.Fingerprint(files); err == nil || !strings.Contains(err.Error(), "lexicon/th.tsv") {
		t.Errorf("without a file the error is %v, want one that names it", err)
	}
}

func TestOverlay(t *testing.T) {
	dir := t.TempDir()
	put := func(name, data string) {
		t.Helper()
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const text = "viewers in Zorkograd complain"
	if got := read(t, triage.Question{Text: text}).Regions; len(got) != 0 {
		t.Fatalf("an invented city is known as %v", got)
	}
	put("gazetteer/en.tsv", "city\tNZ\tZorkograd\n")
	o, err := understand.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := o.Read(context.Background(), triage.Question{Text: text}).Regions; !slices.Equal(got, []string{"NZ"}) {
		t.Errorf("with a gazetteer of its own: regions %v, want [NZ]", got)
	}
	if got := o.Read(context.Background(), triage.Question{Text: "ผู้ชมในเวียดนามดูไม่ได้"}).Regions; !slices.Equal(got, []string{"VN"}) {
		t.Errorf("the other languages keep the built-in files: regions %v, want [VN]", got)
	}
	for name, tc := range map[string]struct{ data, want string }{
		"gazetteer/en.tsv":     {"town\tNZ\tZorkograd\n", `gazetteer/en.tsv:1: unknown kind "town"`},
		"lexicon/th.tsv":       {"yes\tใช่\nno\n", "lexicon/th.tsv:2: 1 columns, want 2"},
		"models/act.bin":       {"nonsense", "models/act.bin"},
		"models/stops.json.gz": {"nonsense", "models/stops.json.gz"},
	} {
		dir = t.TempDir()
		put(name, tc.data)
		if _, err := understand.New(dir); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("with a broken %s the error is %v, want %q in it", name, err, tc.want)
		}
	}
}

func TestBrokenCorpus(t *testing.T) {
	if _, err := understand.LoadCorpus(fstest.MapFS{}); err == nil {
		t.Error("a corpus without files loads without error")
	}
}
