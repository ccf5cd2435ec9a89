# Tables of the program as rows of an mdoc list: "multistage help --dump keys", and with
# -v table=fields those of --dump fields.
BEGIN { FS = "\t" }
function plain(s)
{
	gsub(/\\/, "\\e", s)
	gsub(/\^/, "\\(ha", s)
	gsub(/~/, "\\(ti", s)
	sub(/^[.']/, "\\\\\\&&", s)
	return s
}
table == "fields" { printf ".It Cm %s\n%s\n", $1, plain($2); next }
{ printf ".It Ic \\&%s\n%s: %s\n", plain($1), $2, plain($3) }
