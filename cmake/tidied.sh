#!/bin/sh
# What the preset `tidy` does where others compile and link. Clang-tidy has just read the whole file: this notes which
# headers it has, so that ninja has it read again when one of them changes. What links gets empty files.
for argument; do
  case $previous$argument in
    -o*) [ "$previous" = -o ] && output=$argument ;;
    *.cpp | *.cxx) source=$argument ;;
  esac
  previous=$argument
done
[ -z "$source" ] || "$@" -E -o /dev/null || exit
touch "$output"
