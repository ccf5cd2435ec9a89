# completions: installed under the name of the command; they ask the program for words.
