/// Names of types. The expected names stand here as text, so a compiler that writes another one
/// fails: the same table passes with GCC and with Clang.
#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>

#include <spinoff/type_name.hpp>

namespace spinoff::examples::example2 {
struct Hello {
  struct Inner {};
};
enum class Color { kRed, kBlue };
}  // namespace spinoff::examples::example2

namespace shapes {
template <class... Types>
struct Box {
  struct Lid {};
  template <class T>
  struct Label {};
};
template <int Width, unsigned Height, bool Filled, char Letter>
struct Grid {};
template <class T, class U = std::vector<T>>
struct WithDefault {};
template <class T = int>
struct AllDefault {};
template <auto Value>
struct Constant {};
template <template <class...> class Template>
struct Of {};
template <class T>
using Alias = Box<T, char>;
struct longer {};
struct int_ {};
namespace {
struct Hidden {};
template <class T>
struct HiddenBox {};
}  // namespace
namespace _private::__deep {
struct Reserved {};
}  // namespace _private::__deep
namespace std {
template <class T>
struct basic_string {};
}  // namespace std
}  // namespace shapes

struct TopLevel {};

namespace {
struct Anonymous {};
}  // namespace

namespace named {
struct Member {
  static constexpr std::string_view kTypeName = "greetings.Member";
};
struct Pointer {
  static constexpr const char* kTypeName = "greetings.Pointer";
};
struct Derived : Member {};
struct DerivedWithName : Member {
  static constexpr std::string_view kTypeName = "greetings.Derived";
};
struct Foreign {};
template <class T>
struct ForeignBox {};
struct NoName {
  int kTypeName = 0;
};
}  // namespace named

template <>
struct spinoff::TypeName<named::Foreign> {
  static constexpr std::string_view kTypeName = "geometry.Foreign";
};
template <class T>
struct spinoff::TypeName<named::ForeignBox<T>> {
  static constexpr std::string_view kTypeName = "geometry.Box";
};

namespace {

using shapes::Box;
using spinoff::type_name;
using spinoff::examples::example2::Color;
using spinoff::examples::example2::Hello;

static_assert(type_name<Hello>() == "spinoff.examples.example2.Hello");
static_assert(type_name<bool>() == "bool");
static_assert(type_name<std::string>() == "string");
static_assert(type_name<Box<Box<int>, std::string>>() == "shapes.Box<shapes.Box<int32>,string>");
static_assert(type_name<named::Member>() == "greetings.Member");
static_assert(type_name<named::Foreign>() == "geometry.Foreign");

struct Row {
  std::string_view actual;
  std::string_view expected;
};

void check(const std::vector<Row>& table) {
  for (const Row& row : table) {
    BOOST_TEST(row.actual == row.expected);
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(type_names)

BOOST_AUTO_TEST_CASE(classes_have_their_namespaces_in_front) {
  check({
      {type_name<Hello>(), "spinoff.examples.example2.Hello"},
      {type_name<Hello::Inner>(), "spinoff.examples.example2.Hello.Inner"},
      {type_name<Color>(), "spinoff.examples.example2.Color"},
      {type_name<TopLevel>(), "TopLevel"},
      {type_name<shapes::longer>(), "shapes.longer"},
      {type_name<shapes::int_>(), "shapes.int_"},
  });
}

BOOST_AUTO_TEST_CASE(anonymous_namespaces_have_a_name) {
  check({
      {type_name<Anonymous>(), "anonymous.Anonymous"},
      {type_name<shapes::Hidden>(), "shapes.anonymous.Hidden"},
      {type_name<shapes::HiddenBox<Anonymous>>(),
       "shapes.anonymous.HiddenBox<anonymous.Anonymous>"},
  });
}

BOOST_AUTO_TEST_CASE(arithmetic_types_have_names_with_their_bits) {
  check({
      {type_name<bool>(), "bool"},
      {type_name<char>(), "char"},
      {type_name<std::int8_t>(), "int8"},
      {type_name<std::uint8_t>(), "uint8"},
      {type_name<std::int16_t>(), "int16"},
      {type_name<std::uint16_t>(), "uint16"},
      {type_name<std::int32_t>(), "int32"},
      {type_name<std::uint32_t>(), "uint32"},
      {type_name<std::int64_t>(), "int64"},
      {type_name<std::uint64_t>(), "uint64"},
      {type_name<long long>(), "int64"},
      {type_name<unsigned long long>(), "uint64"},
      {type_name<float>(), "float32"},
      {type_name<double>(), "float64"},
      {type_name<long double>(), "longdouble"},
  });
}

BOOST_AUTO_TEST_CASE(template_arguments_are_named_by_the_same_rules) {
  check({
      {type_name<Box<>>(), "shapes.Box<>"},
      {type_name<Box<int, Hello>>(), "shapes.Box<int32,spinoff.examples.example2.Hello>"},
      {type_name<Box<Box<long>, unsigned long long>>(), "shapes.Box<shapes.Box<int64>,uint64>"},
      {type_name<Box<short, unsigned short, char, signed char, unsigned char>>(),
       "shapes.Box<int16,uint16,char,int8,uint8>"},
      {type_name<Box<float, double, bool>>(), "shapes.Box<float32,float64,bool>"},
      {type_name<Box<std::string>>(), "shapes.Box<string>"},
      {type_name<Box<int>::Lid>(), "shapes.Box<int32>.Lid"},
      {type_name<Box<int>::Label<std::string>>(), "shapes.Box<int32>.Label<string>"},
      {type_name<shapes::Alias<Hello>>(), "shapes.Box<spinoff.examples.example2.Hello,char>"},
      {type_name<Box<shapes::WithDefault<Hello>>>(),
       "shapes.Box<shapes.WithDefault<spinoff.examples.example2.Hello>>"},
      {type_name<Box<shapes::WithDefault<int, int>>>(),
       "shapes.Box<shapes.WithDefault<int32,int32>>"},
      {type_name<Box<const std::string, std::string&>>(), "shapes.Box<const string,string&>"},
      {type_name<Box<std::vector<Color, std::allocator<Color>>>>(),
       "shapes.Box<std.vector<spinoff.examples.example2.Color>>"},
      {type_name<shapes::AllDefault<>>(), "shapes.AllDefault<>"},
      {type_name<shapes::AllDefault<long>>(), "shapes.AllDefault<int64>"},
      {type_name<shapes::Of<std::vector>>(), "shapes.Of<std.vector>"},
      {type_name<Box<const Hello, TopLevel&, TopLevel*>>(),
       "shapes.Box<const spinoff.examples.example2.Hello,TopLevel&,TopLevel*>"},
      {type_name<Box<int(TopLevel, long)>>(), "shapes.Box<int32(TopLevel,int64)>"},
  });
}

BOOST_AUTO_TEST_CASE(numbers_as_template_arguments_are_plain) {
  check({
      {type_name<shapes::Grid<-3, 4, true, 'x'>>(), "shapes.Grid<-3,4,true,'x'>"},
      {type_name<shapes::Constant<3>>(), "shapes.Constant<3>"},
      {type_name<shapes::Constant<3UL>>(), "shapes.Constant<3>"},
      {type_name<shapes::Constant<false>>(), "shapes.Constant<false>"},
      {type_name<shapes::Constant<Color::kBlue>>(),
       "shapes.Constant<spinoff.examples.example2.Color.kBlue>"},
  });
}

BOOST_AUTO_TEST_CASE(standard_types_show_nothing_of_their_implementation) {
  check({
      {type_name<std::string>(), "string"},
      {type_name<std::wstring>(), "std.basic_string<wchar_t>"},
      {type_name<std::vector<int>>(), "std.vector<int32>"},
      {type_name<std::vector<std::string>>(), "std.vector<string>"},
      {type_name<std::map<std::string, std::vector<Hello>>>(),
       "std.map<string,std.vector<spinoff.examples.example2.Hello>>"},
      {type_name<std::array<int, 3>>(), "std.array<int32,3>"},
      {type_name<std::optional<TopLevel>>(), "std.optional<TopLevel>"},
      {type_name<std::variant<int, TopLevel>>(), "std.variant<int32,TopLevel>"},
      {type_name<std::variant<std::string, std::vector<std::wstring>>>(),
       "std.variant<string,std.vector<std.basic_string<wchar_t>>>"},
      {type_name<std::array<std::variant<std::vector<std::string>>, 3>>(),
       "std.array<std.variant<std.vector<string>>,3>"},
      {type_name<std::unique_ptr<TopLevel>>(), "std.unique_ptr<TopLevel>"},
      {type_name<std::chrono::milliseconds>(), "std.chrono.duration<int64,std.ratio<1,1000>>"},
      {type_name<std::chrono::system_clock>(), "std.chrono.system_clock"},
  });
}

BOOST_AUTO_TEST_CASE(only_reserved_namespaces_and_the_real_string_are_shortened) {
  check({
      {type_name<shapes::_private::__deep::Reserved>(), "shapes._private.Reserved"},
      {type_name<shapes::std::basic_string<char>>(), "shapes.std.basic_string<char>"},
  });
}

BOOST_AUTO_TEST_CASE(const_and_references_do_not_change_a_name) {
  check({
      {type_name<const Hello>(), type_name<Hello>()},
      {type_name<const Hello&>(), type_name<Hello>()},
      {type_name<volatile Hello&&>(), type_name<Hello>()},
      {type_name<const std::string&>(), "string"},
      {type_name<const named::Member&>(), "greetings.Member"},
  });
}

BOOST_AUTO_TEST_CASE(a_type_names_itself_or_is_named_from_outside) {
  check({
      {type_name<named::Member>(), "greetings.Member"},
      {type_name<named::Pointer>(), "greetings.Pointer"},
      {type_name<named::Derived>(), "greetings.Member"},
      {type_name<named::DerivedWithName>(), "greetings.Derived"},
      {type_name<named::Foreign>(), "geometry.Foreign"},
      {type_name<named::ForeignBox<int>>(), "geometry.Box"},
      {type_name<Box<named::Foreign, named::Member>>(),
       "shapes.Box<geometry.Foreign,greetings.Member>"},
      {type_name<named::NoName>(), "named.NoName"},
  });
}

BOOST_AUTO_TEST_CASE(local_types_have_a_name_that_ends_with_their_own) {
  struct Local {};
  BOOST_TEST(type_name<Local>().ends_with("Local"));
}

BOOST_AUTO_TEST_SUITE_END()
