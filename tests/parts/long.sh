# Part of ./test, of hours, only where it is asked for by name: the campaigns of the other parts with their long settings. A campaign is a part
# that takes its length from the environment; whoever wants another length sets it before.
export DESKLINE_FUZZ_SECONDS=${DESKLINE_FUZZ_SECONDS:-3600}
. tests/parts/fuzz.sh
