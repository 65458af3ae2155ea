# The README's first C++ block is the body of examples/example1.cpp, to the letter.
file(READ "${ROOT}/README.md" readme)
file(READ "${ROOT}/examples/example1.cpp" source)

string(FIND "${source}" "struct Hello" begin)
string(FIND "${source}" "\nconst Registered<ExampleActor>" end)
if(begin EQUAL -1 OR end EQUAL -1)
  message(FATAL_ERROR "examples/example1.cpp has no body from `struct Hello` to its registrations")
endif()
math(EXPR length "${end} - ${begin}")
string(SUBSTRING "${source}" ${begin} ${length} body)
string(STRIP "${body}" body)

string(FIND "${readme}" "```cpp\n${body}\n```" found)
if(found EQUAL -1)
  message(FATAL_ERROR "README.md does not show examples/example1.cpp as it is: copy its body there")
endif()
