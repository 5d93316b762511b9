#!/bin/sh
# Verifies an archive of call recordings with nothing but a shell, sha256sum, jq and openssl.
#
#   verify-archive.sh [-l HASH] [-f HASH] [-c FILE] FOLDER
#
#   -l HASH  SHA-256 of the last manifest, from the ledger or from whoever was told it. Without it nobody can see
#            whether the latest days were taken away, and the script says so.
#   -f HASH  SHA-256 of the last manifest that is lawfully gone, where the archive begins later than the chain.
#   -c FILE  certificate (PEM) of the time-stamp authority, from the authority itself. With it every manifest must have
#            a valid time stamp.
#
# Ends with 0 and "OK" if everything is there and unaltered; else with 1 and a line "FAULT: ..." for each finding.
# "NOTE: ..." is no fault, but an auditor wants to know it.
set -u
export LC_ALL=C

usage() {
	echo "usage: ${0##*/} [-l last-hash] [-f first-hash] [-c authority.pem] folder" >&2
	exit 2
}

last='' before='' authority=''
while getopts l:f:c: option; do
	case $option in
		l) last=$OPTARG ;;
		f) before=$OPTARG ;;
		c) authority=$OPTARG ;;
		*) usage ;;
	esac
done
shift $((OPTIND - 1))
[ $# -eq 1 ] || usage
if [ -n "$authority" ]; then
	[ -r "$authority" ] || { echo "cannot read $authority" >&2; exit 2; }
	case $authority in /*) ;; *) authority=$PWD/$authority ;; esac
fi
for tool in sha256sum jq openssl; do
	command -v $tool >/dev/null || { echo "$tool is not installed" >&2; exit 2; }
done
cd "$1" || exit 2

faults=0
fault() {
	echo "FAULT: $*"
	faults=$((faults + 1))
}

newline='
'
tab=$(printf '\t')

hash_of() {
	sum=$(sha256sum <"$1") && echo "${sum%% *}"
}
hash_of_text() {
	sum=$(printf '%s' "$1" | sha256sum) && echo "${sum%% *}"
}

# Every file below a folder, one path a line.
walk() {
	for entry in "$1"/* "$1"/.[!.]*; do
		if [ -d "$entry" ]; then walk "$entry"; elif [ -f "$entry" ]; then echo "${entry#./}"; fi
	done
}

# A manifest in short: a row with the hash of the one before and some counts, then what its checksum list has to be, but
# for the evidence itself.
facts='
	(.files | map(select(.skipped != true))) as $files
	| [.previousSha256 // "-", ($files | length), (.files | map(select(.sha256 == null)) | length), (.notDelivered | length)]
	  | join(" "),
	  ($files[] | select(.sha256 != null) | "\(.sha256)  \(.path)"),
	  ($files[] | .sidecar // empty | "\(.sha256)  \(.path)")'

# Reads one manifest and everything it stands for. Adds to $links, $listed and the counts.
check_manifest() {
	file=$1
	name=${file##*/}
	folder=${file%"$name"}
	mark=${name#manifest_}
	mark=${mark%.json}
	hash=$(hash_of "$file")
	case $hash in
		"${mark##*_}"*) ;;
		*) fault "$file was altered: its name begins with another hash than its content has" ;;
	esac
	if ! found=$(jq -r "if .format == \"call-recordings-manifest/1\" then . else error end | $facts" "$file" 2>/dev/null); then
		fault "$file is no manifest"
		return
	fi
	counts=${found%%"$newline"*}
	lines=${found#"$counts"}
	lines=${lines#"$newline"}
	lines=${lines:+$lines$newline}
	previous=${counts%% *}
	[ "$previous" != - ] || previous=''
	links="$links$hash$tab$previous$tab$file$newline"
	manifests=$((manifests + 1))

	request=${folder}manifest_$mark.tsq
	list=${folder}SHA256SUMS_$mark
	listed="$listed$file$newline$request$newline$list$newline"
	listed="$listed$(printf '%s' "$lines" | jq -Rr --arg folder "$folder" '$folder + .[66:]')$newline"
	if [ ! -f "$request" ]; then
		fault "$request is missing"
	elif [ ! -f "$list" ]; then
		fault "$list is missing"
	elif [ "$(hash_of_text "$lines$hash  $name$newline$(hash_of "$request")  ${request##*/}$newline")" != "$(hash_of "$list")" ]; then
		fault "$list is not what $file says"
	fi
	if [ -n "$lines" ]; then
		for line in $(cd "./$folder" && printf '%s' "$lines" | sha256sum --strict --quiet -c - 2>/dev/null); do
			case $line in
				*': FAILED open or read') fault "$folder${line%: FAILED open or read} is missing" ;;
				*) fault "$folder${line%: FAILED} was altered" ;;
			esac
		done
	fi
	check_stamp "$file" "$request" "${folder}manifest_$mark.tsr"

	counts=${counts#* }
	files=$((files + ${counts%% *}))
	counts=${counts#* }
	[ "${counts% *}" = 0 ] || echo "NOTE: ${counts% *} files of $file have no SHA-256 in it"
	if [ "${counts#* }" != 0 ]; then
		echo "NOTE: ${counts#* } not delivered by $file, which says why:"
		jq -r '.notDelivered[] | "  \(.recordingId // "item \(.item)"): \(.reason)"' "$file"
	fi
}

# The answer of the time-stamp authority to a request, and the checksum that is kept with it.
check_stamp() {
	answer=$3
	listed="$listed$answer$newline$answer.sha256$newline"
	if [ ! -f "$answer" ]; then
		if [ -n "$authority" ] || [ -f "$answer.sha256" ]; then fault "$answer, the time stamp, is missing"; fi
		return
	fi
	stamps=$((stamps + 1))
	if [ ! -f "$answer.sha256" ]; then
		fault "$answer.sha256 is missing"
	elif [ "$(hash_of_text "$(hash_of "$answer")  ${answer##*/}$newline")" != "$(hash_of "$answer.sha256")" ]; then
		fault "$answer or $answer.sha256 was altered"
	fi
	[ -n "$authority" ] || return
	for proof in "-data $1" "-queryfile $2"; do
		if ! openssl ts -verify "${proof%% *}" "${proof#* }" -in "$answer" -CAfile "$authority" >/dev/null 2>&1; then
			fault "$answer is no valid time stamp of ${proof#* }"
		fi
	done
}

# A file of audit lines, as Delete Recording and Record Control make them: each is a link of its own.
check_lines() {
	number=0
	while IFS= read -r line || [ -n "$line" ]; do
		number=$((number + 1))
		[ -n "$line" ] || continue
		previous=$(printf '%s' "$line" | jq -er 'select(.format == "call-recordings-audit/1") | .previousSha256 // "-"' 2>/dev/null) ||
			{ fault "$1, line $number, is no audit line"; continue; }
		[ "$previous" = - ] && previous=''
		links="$links$(hash_of_text "$line")$tab$previous$tab$1, line $number$newline"
		audits=$((audits + 1))
	done <"$1"
	listed="$listed$1$newline"
}

# Follows the chain from its end to its beginning. Rows are hash, hash of the one before, name.
chain='
	[inputs | select(length > 0) | split("\t") | {hash: .[0], before: .[1], name: .[2]}] as $links
	| ($links | map({key: .hash, value: .}) | from_entries) as $by
	| ($links | map({key: .before, value: true}) | from_entries) as $followed
	| [$links[] | select(.name | test(", line \\d+$") | not)] as $manifests
	| [$links[] | select(.before == "" or .before == $before)] as $first
	| [$links[] | select($followed[.hash] == null)] as $ends
	| (if $last != "" then $last else ($ends | map(select(.name | test(", line \\d+$") | not)) + $ends | .[0].hash // "") end) as $tip
	| ([$tip | recurse($by[.].before // empty | select(. != "" and . != $before))] | map({key: ., value: true}) | from_entries) as $reached
	| (if $last != "" and $by[$last] == null then "the last manifest, \($last), is missing" else empty end),
	  ($links[] | select(.before != "" and .before != $before and $by[.before] == null)
	    | "what came before \(.name) is missing: its hash is \(.before)"),
	  (if ($links | length) > 0 and ($first | length) == 0 then "the beginning of the chain is missing" else empty end),
	  (if $before != "" then $links[] | select(.before == "") | "\(.name) begins a chain of its own" else empty end),
	  (if $before == "" then $first[1:][] | "\(.name) begins a second chain" else empty end),
	  ($manifests[] | select($reached[.hash] == null) | "\(.name) is not in the chain that ends with \($tip)")'

links='' listed='' manifests=0 files=0 stamps=0 audits=0
all=$(walk .)
IFS=$newline
set -f
for found in $all; do
	case ${found##*/} in
		manifest_*.json) check_manifest "$found" ;;
		*.jsonl) check_lines "$found" ;;
	esac
done
[ "$manifests" -gt 0 ] || fault "there is no manifest"
said=$(printf '%s' "$links" | jq -Rnr --arg last "$last" --arg before "$before" "$chain") || fault "the chain could not be read"
for finding in $said; do
	fault "$finding"
done
unlisted='
	[inputs] as $rows | ($rows | index("=")) as $middle
	| ($rows[:$middle] | map({key: ., value: true}) | from_entries) as $listed
	| $rows[$middle + 1:][] | select($listed[.] == null)'
for found in $(printf '%s=\n%s\n' "$listed" "$all" | jq -Rnr "$unlisted"); do
	case ${found##*/} in
		SHA256SUMS_* | manifest_*.ts[qr] | manifest_*.tsr.sha256) fault "$found has no manifest" ;;
		*) echo "NOTE: $found is in no manifest" ;;
	esac
done
if [ -z "$last" ]; then
	echo "NOTE: without -l nobody can see whether days after these manifests were taken away"
fi

if [ "$faults" -gt 0 ]; then
	echo "$faults faults in $manifests manifests with $files files"
	exit 1
fi
echo "OK: $manifests manifests, $files files, $stamps time stamps, $audits audit lines"
