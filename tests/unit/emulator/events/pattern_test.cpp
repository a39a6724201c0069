// SPDX-License-Identifier: Apache-2.0
// What matches and what does not was observed on EventBridge; the cases are our own.
#include <gtest/gtest.h>

#include "emulator/events/pattern.h"

namespace beckon::emulator {
namespace {

struct Case {
  const char* pattern;
  const char* event;
};

bool matches(const char* pattern, const char* event) {
  const auto compiled = EventPattern::compile(pattern);
  EXPECT_TRUE(compiled) << pattern << ": " << compiled.error().message;
  const auto document = json::parse(event, json::kDepthMaxHost);
  EXPECT_TRUE(document) << event;
  return compiled && document && compiled->matches(FlatEvent(document->root()));
}

// These events match their patterns.
TEST(EventPattern, Matches) {
  const Case cases[] = {
      {R"({"source":["a"]})", R"({"source":"a"})"},
      {R"({"source":["b","a"]})", R"({"source":"a","detail":{"x":1}})"},
      {R"({"source":[{"prefix":""}]})", R"({"source":"anything"})"},
      {R"({"detail":{"user":{"name":["Bob"]}}})", R"({"detail":{"user":{"name":"Bob","id":7}}})"},
      {R"({"detail":{"n":[300]}})", R"({"detail":{"n":300.0}})"},
      {R"({"detail":{"n":[3.0e2]}})", R"({"detail":{"n":300}})"},
      {R"({"detail":{"b":[true]}})", R"({"detail":{"b":true}})"},
      {R"({"detail":{"v":[null]}})", R"({"detail":{"v":null}})"},
      {R"({"detail":{"v":[""]}})", R"({"detail":{"v":""}})"},
      {R"({"resources":["r2"]})", R"({"resources":["r1","r2"]})"},
      {R"({"detail":{"list":{"id":[7]}}})", R"({"detail":{"list":[{"k":1},{"id":7}]}})"},
      // names are joined with dots on both sides
      {R"({"detail":{"a":{"b":["x"]}}})", R"({"detail":{"a.b":"x"}})"},
      {R"({"detail":{"a.b":["x"]}})", R"({"detail":{"a":{"b":"x"}}})"},
      // prefix and suffix
      {R"({"detail":{"f":[{"prefix":"im"}]}})", R"({"detail":{"f":"image.png"}})"},
      {R"({"detail":{"f":[{"suffix":".png"}]}})", R"({"detail":{"f":"image.png"}})"},
      {R"({"detail":{"f":[{"prefix":{"equals-ignore-case":"IM"}}]}})",
       R"({"detail":{"f":"image"}})"},
      {R"({"detail":{"f":[{"suffix":{"equals-ignore-case":".PNG"}}]}})",
       R"({"detail":{"f":"a.pNg"}})"},
      {R"({"detail":{"f":[{"equals-ignore-case":"Door.Opened"}]}})",
       R"({"detail":{"f":"dOOR.opened"}})"},
      // anything-but
      {R"({"detail":{"s":[{"anything-but":"a"}]}})", R"({"detail":{"s":"b"}})"},
      {R"({"detail":{"s":[{"anything-but":"7"}]}})", R"({"detail":{"s":7}})"},
      {R"({"detail":{"s":[{"anything-but":["a","b"]}]}})", R"({"detail":{"s":null}})"},
      {R"({"detail":{"s":[{"anything-but":["a","b"]}]}})", R"({"detail":{"s":["a","c"]}})"},
      {R"({"detail":{"s":[{"anything-but":[1,2]}]}})", R"({"detail":{"s":3}})"},
      {R"({"detail":{"s":[{"anything-but":{"prefix":"in"}}]}})", R"({"detail":{"s":"post-in"}})"},
      {R"({"detail":{"s":[{"anything-but":{"prefix":["in","x"]}}]}})", R"({"detail":{"s":12}})"},
      {R"({"detail":{"s":[{"anything-but":{"suffix":".txt"}}]}})",
       R"({"detail":{"s":"a.txt.bak"}})"},
      {R"({"detail":{"s":[{"anything-but":{"wildcard":"*/x/*"}}]}})",
       R"({"detail":{"s":"a/y/b"}})"},
      {R"({"detail":{"s":[{"anything-but":{"wildcard":""}}]}})", R"({"detail":{"s":"a"}})"},
      {R"({"detail":{"s":[{"anything-but":{"equals-ignore-case":["A","B"]}}]}})",
       R"({"detail":{"s":"c"}})"},
      // numeric
      {R"({"detail":{"n":[{"numeric":["=",301.8]}]}})", R"({"detail":{"n":3.018e2}})"},
      {R"({"detail":{"n":[{"numeric":[">",0,"<=",5]}]}})", R"({"detail":{"n":5}})"},
      {R"({"detail":{"n":[{"numeric":[">=",5]}]}})", R"({"detail":{"n":5}})"},
      {R"({"detail":{"n":[{"numeric":["<",-1]}]}})", R"({"detail":{"n":-1.5}})"},
      // exists
      {R"({"detail":{"s":[{"exists":true}]}})", R"({"detail":{"s":null}})"},
      {R"({"detail":{"s":[{"exists":false}]}})", R"({"detail":{"t":1}})"},
      {R"({"detail":{"s":[{"exists":false}]}})", R"({"detail":{"s":{"inner":1}}})"},
      {R"({"detail":{"s":["a",{"exists":false}]}})", R"({"detail":{}})"},
      // cidr
      {R"({"detail":{"ip":[{"cidr":"10.0.0.0/24"}]}})", R"({"detail":{"ip":"10.0.0.255"}})"},
      {R"({"detail":{"ip":[{"cidr":"10.0.1.0/23"}]}})", R"({"detail":{"ip":"10.0.0.9"}})"},
      {R"({"detail":{"ip":[{"cidr":"0.0.0.0/0"}]}})", R"({"detail":{"ip":"255.1.2.3"}})"},
      {R"({"detail":{"ip":[{"cidr":"2001:db8:1:2::/64"}]}})",
       R"({"detail":{"ip":"2001:0db8:0001:0002::5"}})"},
      // wildcard
      {R"({"detail":{"p":[{"wildcard":"/u/*/doc.txt"}]}})", R"({"detail":{"p":"/u/a/b/doc.txt"}})"},
      {R"({"detail":{"p":[{"wildcard":"*a*b*"}]}})", R"({"detail":{"p":"xxaxxbxx"}})"},
      {R"({"detail":{"p":[{"wildcard":"a\\*b"}]}})", R"({"detail":{"p":"a*b"}})"},
      {R"({"detail":{"p":[{"wildcard":"a\\\\*"}]}})", R"({"detail":{"p":"a\\zzz"}})"},
      // $or
      {R"({"$or":[{"source":["x"]},{"detail":{"n":[1]}}]})", R"({"source":"a","detail":{"n":1}})"},
      {R"({"detail":{"k":["v"],"$or":[{"a":[1]},{"b":[2]}]}})", R"({"detail":{"k":"v","b":2}})"},
      // two conditions on one element of a list
      {R"({"detail":{"l":{"a":[1],"b":[2]}}})",
       R"({"detail":{"l":[{"a":1,"b":3},{"a":1,"b":2}]}})"},
  };
  for (const Case& item : cases)
    EXPECT_TRUE(matches(item.pattern, item.event)) << item.pattern << item.event;
}

// These do not.
TEST(EventPattern, DoesNotMatch) {
  const Case cases[] = {
      {R"({"source":["a"]})", R"({"source":"A"})"},
      {R"({"SOURCE":["a"]})", R"({"source":"a"})"},
      {R"({"source":["a"],"detail":{"x":[1]}})", R"({"source":"a","detail":{"x":2}})"},
      {R"({"source":["a"],"detail":{"x":[1]}})", R"({"source":"a","detail":{}})"},
      {R"({"detail":{"n":[300]}})", R"({"detail":{"n":"300"}})"},
      {R"({"detail":{"b":[false]}})", R"({"detail":{"b":true}})"},
      {R"({"detail":{"v":[null]}})", R"({"detail":{"v":"null"}})"},
      {R"({"detail":{"v":[null]}})", R"({"detail":{}})"},
      {R"({"resources":[null]})", R"({"resources":[]})"},
      {R"({"resources":[{"exists":true}]})", R"({"resources":[]})"},
      {R"({"resources":["r3"]})", R"({"resources":["r1","r2"]})"},
      {R"({"detail":{"a.b":{"c":["x"]}}})", R"({"detail":{"a":{"b":"x"}}})"},
      {R"({"detail":{"k":["v"]}})", R"({"detail":"{\"k\":\"v\"}"})"},
      {R"({"detail":{"f":[{"suffix":".PNG"}]}})", R"({"detail":{"f":"image.png"}})"},
      {R"({"detail":{"f":[{"prefix":{"equals-ignore-case":"IMAGES"}}]}})",
       R"({"detail":{"f":"image"}})"},
      {R"({"detail":{"f":[{"equals-ignore-case":""}]}})", R"({"detail":{"f":"x"}})"},
      {R"({"detail":{"s":[{"anything-but":"a"}]}})", R"({"detail":{"s":"a"}})"},
      {R"({"detail":{"s":[{"anything-but":"a"}]}})", R"({"detail":{}})"},
      {R"({"detail":{"s":[{"anything-but":[100,200]}]}})", R"({"detail":{"s":100}})"},
      {R"({"detail":{"s":[{"anything-but":{"prefix":["in","po"]}}]}})",
       R"({"detail":{"s":"post"}})"},
      {R"({"detail":{"s":[{"anything-but":{"suffix":[".txt"]}}]}})", R"({"detail":{"s":"a.txt"}})"},
      {R"({"detail":{"s":[{"anything-but":{"wildcard":["*/x/*"]}}]}})",
       R"({"detail":{"s":"a/x/b"}})"},
      {R"({"detail":{"s":[{"anything-but":{"equals-ignore-case":"stop"}}]}})",
       R"({"detail":{"s":"Stop"}})"},
      {R"({"detail":{"n":[{"numeric":[">",0,"<=",5]}]}})", R"({"detail":{"n":0}})"},
      {R"({"detail":{"n":[{"numeric":[">",100]}]}})", R"({"detail":{"n":"300"}})"},
      {R"({"detail":{"n":[{"numeric":[">",100]}]}})", R"({"detail":{"n":null}})"},
      {R"({"detail":{"s":[{"exists":true}]}})", R"({"detail":{"t":1}})"},
      {R"({"detail":{"s":[{"exists":true}]}})", R"({"detail":{"s":{"inner":1}}})"},
      {R"({"detail":{"s":[{"exists":false}]}})", R"({"detail":{"s":1}})"},
      {R"({"detail":{"ip":[{"cidr":"10.0.0.0/24"}]}})", R"({"detail":{"ip":"10.0.0.256"}})"},
      {R"({"detail":{"ip":[{"cidr":"10.0.0.0/24"}]}})", R"({"detail":{"ip":"10.0.1.0"}})"},
      {R"({"detail":{"ip":[{"cidr":"10.0.0.0/24"}]}})", R"({"detail":{"ip":123}})"},
      {R"({"detail":{"ip":[{"cidr":"2001:db8:1:2::/64"}]}})",
       R"({"detail":{"ip":"2001:db8:1:3::"}})"},
      {R"({"detail":{"p":[{"wildcard":"/u/*/doc.txt"}]}})",
       R"({"detail":{"p":"/u/a/notdoc.txt"}})"},
      {R"({"detail":{"p":[{"wildcard":""}]}})", R"({"detail":{"p":"x"}})"},
      {R"({"detail":{"p":[{"wildcard":"a\\*b"}]}})", R"({"detail":{"p":"axb"}})"},
      {R"({"detail":{"$or":[{"a":[1]},{"b":[2]}]}})", R"({"detail":{"a":2,"b":1}})"},
      // the conditions hold, but for different elements of the list
      {R"({"detail":{"l":{"a":[1],"b":[2]}}})",
       R"({"detail":{"l":[{"a":1,"b":3},{"a":3,"b":2}]}})"},
  };
  for (const Case& item : cases)
    EXPECT_FALSE(matches(item.pattern, item.event)) << item.pattern << item.event;
}

// A pattern that EventBridge refuses is refused with its reason.
TEST(EventPattern, Refusals) {
  const Case cases[] = {
      {R"({"a":1})", "\"a\" must be an object or an array"},
      {R"({"a":"x"})", "\"a\" must be an object or an array"},
      {R"({"a":[]})", "Empty arrays are not allowed"},
      {R"({})", "Empty objects are not allowed"},
      {R"({"a":{}})", "Empty objects are not allowed"},
      {R"(["a"])", "Filter is not an object"},
      {R"({"a":[{"EXISTS":true}]})", "Unrecognized match type EXISTS"},
      {R"({"a":[{"prefix":"x","suffix":"y"}]})", "Only one key allowed in match expression"},
      {R"({"a":[["x"]]})", "Match value must be String, number, true, false, or null"},
      {R"({"a":[{"prefix":1}]})", "prefix match pattern must be a string"},
      {R"({"a":[{"suffix":["x"]}]})", "suffix match pattern must be a string"},
      {R"({"a":[{"wildcard":1}]})", "wildcard match pattern must be a string"},
      {R"({"a":[{"wildcard":"abc**d"}]})", "Consecutive wildcard characters at pos 4"},
      {R"({"a":[{"wildcard":"a\\b"}]})", "Invalid escape character at pos 1"},
      {R"({"a":[{"equals-ignore-case":["x"]}]})",
       "equals-ignore-case match pattern must be a string"},
      {R"({"a":[{"exists":"yes"}]})", "exists match pattern must be either true or false."},
      {R"({"a":[{"numeric":10}]})", "Value of numeric must be an array."},
      {R"({"a":[{"numeric":[">",0,">",0]}]})", "Bad numeric range operator: >"},
      {R"({"a":[{"numeric":[">",0,"<"]}]})", "Value of < must be numeric"},
      {R"({"a":[{"numeric":["~",0]}]})", "Unrecognized numeric range operator: ~"},
      {R"({"a":[{"numeric":[">",5,"<",5]}]})", "Bottom must be less than top"},
      {R"({"a":[{"numeric":["<",5,">",1]}]})", "Too many terms in numeric range"},
      {R"({"a":[{"numeric":["=",6e9]}]})", "Value of = must be between -5.0E9 and 5.0E9"},
      {R"({"a":[{"cidr":"bad"}]})", "Malformed CIDR, one '/' required"},
      {R"({"a":[{"cidr":"10.0.0.0/x"}]})", "Malformed CIDR, mask bits must be an integer"},
      {R"({"a":[{"cidr":"xx.11.xx/8"}]})", "Nonstandard IP address: xx.11.xx"},
      {R"({"a":[{"cidr":"10.0.0.0/33"}]})", "Malformed CIDR, mask bits must be at most 32"},
      {R"({"a":[{"anything-but":null}]})",
       "Value of anything-but must be an array or single string/number value."},
      {R"({"a":[{"anything-but":["x",null]}]})",
       "Inside anything but list, start|null|boolean is not supported."},
      {R"({"a":[{"anything-but":{"prefix":""}}]})", "Null prefix/suffix not allowed"},
      {R"({"a":[{"anything-but":{"prefix":[1]}}]})",
       "prefix/suffix match pattern must be a string"},
      {R"({"a":[{"anything-but":{"suffix":{"equals-ignore-case":"x"}}}]})",
       "prefix/suffix match pattern must be a string"},
      {R"({"a":[{"anything-but":{"equals-ignore-case":1}}]})",
       "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported."},
      {R"({"a":[{"anything-but":{"numeric":[">",1]}}]})",
       "Unsupported anything-but pattern: numeric"},
  };
  for (const Case& item : cases) {
    const auto pattern = EventPattern::compile(item.pattern);
    ASSERT_FALSE(pattern) << item.pattern;
    EXPECT_EQ(pattern.error().message,
              std::string("Event pattern is not valid. Reason: ") + item.event)
        << item.pattern;
  }
  EXPECT_FALSE(EventPattern::compile("{\"a\":"));
}

// A pattern and an event made to be slow together are still decided at once.
TEST(EventPattern, ListsDoNotMultiply) {
  std::string event = R"({"detail":{)";
  std::string pattern = R"({"detail":{)";
  for (int field = 0; field < 8; ++field) {
    if (field > 0) event += ',', pattern += ',';
    event += "\"f" + std::to_string(field) + "\":[";
    for (int i = 0; i < 500; ++i) event += i > 0 ? ",1" : "1";
    event += ']';
    pattern += "\"f" + std::to_string(field) + "\":[" + (field == 7 ? "2" : "1") + "]";
  }
  EXPECT_FALSE(matches((pattern + "}}").c_str(), (event + "}}").c_str()));
}

}  // namespace
}  // namespace beckon::emulator
