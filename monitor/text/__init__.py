"""Text as values: folding, stems, sentences and passages, figures and dates; the same for baseline and reports."""
