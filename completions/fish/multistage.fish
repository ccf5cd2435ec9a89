# fish completion for multistage(1). The program knows its words; nothing is listed here.
function __multistage_complete
	set -l words (commandline -opc)
	set -l current (commandline -ct)
	for line in ($words[1] complete $words[2..-1] "$current" 2>/dev/null)
		if test "$line" = "<file>"
			__fish_complete_path "$current"
		else
			echo $line
		end
	end
end
complete -c multistage -f -a '(__multistage_complete)'
