# Files that a shell makes are not for others, and a shell that is left alone ends.
umask 027
TMOUT=900
readonly TMOUT
export TMOUT
