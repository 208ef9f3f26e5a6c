package glossary

import "strings"

// code finds code spans and fenced blocks, as Markdown does: a run of backticks
// is closed by the next run of the same length; fewer than three close on the
// same line.
func code(text string, use func(start, end int)) {
	runs := backticks(text)
	for i := 0; i < len(runs); i++ {
		open := runs[i]
		for j := i + 1; j < len(runs); j++ {
			shut := runs[j]
			if open.length < 3 && strings.Contains(text[runs[j-1].at:shut.at], "\n") {
				break
			}
			if shut.length == open.length {
				use(open.at, shut.at+shut.length)
				i = j
				break
			}
		}
	}
}

// run is some backticks in a row.
type run struct{ at, length int }

func backticks(text string) []run {
	var runs []run
	for i := 0; i < len(text); {
		if text[i] != '`' {
			i++
			continue
		}
		start := i
		for i < len(text) && text[i] == '`' {
			i++
		}
		runs = append(runs, run{start, i - start})
	}
	return runs
}
