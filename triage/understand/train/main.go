// Command train makes the learned models of Firstline from its corpus:
//
//	go run ./triage/understand/train [-check]
//
// It reads triage/understand/corpus, lexicon and gazetteer, and writes
// triage/understand/models (with a fingerprint of what they were trained from)
// and i18n/langid/model.bin. With -check it writes
// nothing and prints what cross-validation gives instead: every message is
// predicted by models that have not seen it.
//
// The models are multinomial logistic regressions (one-against-all for the
// symptoms, of which a message may have several), trained by stochastic gradient
// descent in a fixed order, so that the same corpus gives the same bytes.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"firstline/i18n/linear"
	"firstline/triage/understand"
)

func main() {
	check := flag.Bool("check", false, "cross-validate instead of writing models")
	root := flag.String("root", "", "the module's folder (default: found from here)")
	flag.Parse()
	if err := run(*root, *check); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

func run(root string, check bool) error {
	if root == "" {
		var err error
		if root, err = moduleRoot(); err != nil {
			return err
		}
	}
	dir := filepath.Join(root, "triage", "understand")
	fingerprint, err := understand.Fingerprint(os.DirFS(dir)) // before anything is read: what changes meanwhile must show
	if err != nil {
		return err
	}
	set, err := understand.LoadCorpus(os.DirFS(dir))
	if err != nil {
		return err
	}
	if check {
		return crossValidate(set)
	}
	stops, err := json.Marshal(set.Stops())
	if err != nil {
		return fmt.Errorf("stops: %w", err)
	}
	var packed bytes.Buffer
	z, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if _, err := z.Write(stops); err != nil {
		return fmt.Errorf("stops: %w", err)
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("stops: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "models", "stops.json.gz"), packed.Bytes(), 0o644); err != nil {
		return err
	}
	models := trainAll(set, func(int) bool { return true })
	for name, m := range models {
		path := filepath.Join(dir, "models", name+".bin")
		if name == "lang" {
			path = filepath.Join(root, "i18n", "langid", "model.bin")
		}
		if err := writeModel(path, m); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, filepath.FromSlash(understand.FingerprintFile)), []byte(fingerprint+"\n"), 0o644)
}

func writeModel(path string, m *linear.Model) error {
	var b bytes.Buffer
	if err := m.Write(&b); err != nil {
		return err
	}
	fmt.Printf("%s: %d classes, %d KiB\n", filepath.Base(path), len(m.Classes), b.Len()/1024)
	return os.WriteFile(path, b.Bytes(), 0o644)
}

func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Stat(filepath.Join(d, "go.mod")); err == nil {
			return d, nil
		}
		if d == filepath.Dir(d) {
			return "", fmt.Errorf("no go.mod above %s", dir)
		}
	}
}
