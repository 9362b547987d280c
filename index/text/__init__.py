"""What is done with text: sentences, passages, stems, comparisons."""
