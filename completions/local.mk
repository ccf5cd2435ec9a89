# completions: installed under the name of the command; they ask the program for words.
bashcomp_DATA = completions/bash/multistage completions/bash/multistage-sandbox
zshcompdir    = $(datadir)/zsh/site-functions
zshcomp_DATA  = completions/zsh/_multistage
fishcompdir   = $(datadir)/fish/vendor_completions.d
fishcomp_DATA = completions/fish/multistage.fish
EXTRA_DIST   += $(bashcomp_DATA) $(zshcomp_DATA) $(fishcomp_DATA)
