// SPDX-License-Identifier: Apache-2.0
#include "emulator/template/yaml.h"

#include <fmt/format.h>
#include <yaml.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>

namespace beckon::emulator {
namespace {

SourcePosition position(const yaml_mark_t& mark) {
  return {static_cast<int>(mark.line) + 1, static_cast<int>(mark.column) + 1};
}

const char* text_of(const yaml_char_t* text) {
  return reinterpret_cast<const char*>(text);
}

// An event of libyaml, freed with its scope.
struct Event {
  yaml_event_t raw{};
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&raw); }
};

// The member name that stands for a short tag: "!Sub" → "Fn::Sub". Empty for an unknown tag.
std::string long_form(std::string_view tag) {
  static constexpr std::array kFunctions = {
      "Base64",      "Cidr", "FindInMap", "GetAtt",    "GetAZs", "If",
      "ImportValue", "Join", "Select",    "Split",     "Sub",    "And",
      "Equals",      "Not",  "Or",        "Transform", "Length", "ToJsonString"};
  tag.remove_prefix(1);
  if (tag == "Ref" || tag == "Condition") return std::string(tag);
  const bool known = std::ranges::any_of(kFunctions, [&](const char* name) { return tag == name; });
  return known ? fmt::format("Fn::{}", tag) : std::string();
}

// Tags of YAML itself that change nothing for us.
bool is_plain_tag(std::string_view tag) {
  static constexpr std::array kTags = {"str", "int", "float", "bool", "null", "seq", "map"};
  constexpr std::string_view kPrefix = "tag:yaml.org,2002:";
  if (tag.empty() || tag == "!") return true;
  if (!tag.starts_with(kPrefix)) return false;
  tag.remove_prefix(kPrefix.size());
  return std::ranges::any_of(kTags, [&](const char* name) { return tag == name; });
}

std::size_t count_nodes(const TemplateNode& node) {
  std::size_t count = 1;
  for (const TemplateNode& item : node.items) count += count_nodes(item);
  for (const TemplateMember& member : node.members) count += count_nodes(member.value);
  return count;
}

class Reader {
 public:
  Reader(std::string_view text, TemplateErrors& errors) : errors_(errors) {
    good_ = yaml_parser_initialize(&parser_) != 0;
    if (!good_) return;
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
  }
  ~Reader() { yaml_parser_delete(&parser_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  TemplateNode read_document();

 private:
  // False after an error: libyaml cannot go on behind one.
  bool next(Event& event);
  bool stop(SourcePosition at, std::string message);
  bool read_node(const Event& event, int depth, TemplateNode& out);
  bool read_sequence(int depth, TemplateNode& out);
  bool read_mapping(int depth, TemplateNode& out);
  bool read_alias(const Event& event, TemplateNode& out);
  bool count(std::size_t nodes, SourcePosition at);
  // Wraps `out` into the intrinsic that the tag names.
  void apply_tag(std::string_view tag, TemplateNode& out);

  yaml_parser_t parser_{};
  bool good_ = false;
  TemplateErrors& errors_;
  std::size_t nodes_count_ = 0;
  std::map<std::string, TemplateNode> anchors_;
};

bool Reader::stop(SourcePosition at, std::string message) {
  errors_.add(at, std::move(message));
  good_ = false;
  return false;
}

bool Reader::next(Event& event) {
  if (!good_) return false;
  if (yaml_parser_parse(&parser_, &event.raw) != 0) return true;
  std::string message = parser_.problem != nullptr ? parser_.problem : "out of memory";
  if (parser_.context != nullptr) message += fmt::format(" ({})", parser_.context);
  SourcePosition at = position(parser_.problem_mark);
  if (parser_.error == YAML_READER_ERROR) {
    message += fmt::format(" at byte {}", parser_.problem_offset);
    at = {};
  }
  return stop(at, "expected well-formed YAML or JSON: " + message);
}

bool Reader::count(std::size_t nodes, SourcePosition at) {
  nodes_count_ += nodes;
  if (nodes_count_ <= kTemplateNodesMax) return true;
  return stop(at, fmt::format("expected at most {} values in a template after aliases are expanded",
                              kTemplateNodesMax));
}

void Reader::apply_tag(std::string_view tag, TemplateNode& out) {
  if (is_plain_tag(tag)) return;
  const std::string name = tag.starts_with('!') ? long_form(tag) : std::string();
  if (name.empty()) {
    static const std::vector<std::string> kShort = {
        "!Ref",         "!Sub",    "!GetAtt",    "!Join",  "!Select", "!Split",
        "!If",          "!Equals", "!Not",       "!And",   "!Or",     "!FindInMap",
        "!ImportValue", "!Base64", "!Condition", "!GetAZs"};
    errors_.add(out.at, fmt::format("expected a tag that CloudFormation knows, got \"{}\"{}", tag,
                                    suggestion(tag, kShort)));
    out = TemplateNode::unknown(out.at);
    return;
  }
  TemplateNode wrapped;
  wrapped.kind = TemplateNode::Kind::kMapping;
  wrapped.at = out.at;
  wrapped.members.push_back({name, out.at, std::move(out)});
  out = std::move(wrapped);
}

bool Reader::read_alias(const Event& event, TemplateNode& out) {
  const SourcePosition at = position(event.raw.start_mark);
  const auto found = anchors_.find(text_of(event.raw.data.alias.anchor));
  if (found == anchors_.end()) {
    return stop(at, fmt::format("expected an anchor \"&{0}\" before the alias \"*{0}\"",
                                text_of(event.raw.data.alias.anchor)));
  }
  if (!count(count_nodes(found->second), at)) return false;
  out = found->second;
  return true;
}

bool Reader::read_node(const Event& event, int depth, TemplateNode& out) {
  out.at = position(event.raw.start_mark);
  if (event.raw.type == YAML_ALIAS_EVENT) return read_alias(event, out);
  if (depth > kTemplateDepthMax) {
    return stop(out.at, fmt::format("expected at most {} levels of nesting", kTemplateDepthMax));
  }
  if (!count(1, out.at)) return false;
  const yaml_char_t* tag = nullptr;
  const yaml_char_t* anchor = nullptr;
  switch (event.raw.type) {
    case YAML_SCALAR_EVENT: {
      const auto& scalar = event.raw.data.scalar;
      out.text.assign(text_of(scalar.value), scalar.length);
      out.quoted = scalar.style != YAML_PLAIN_SCALAR_STYLE;
      tag = scalar.tag;
      anchor = scalar.anchor;
      break;
    }
    case YAML_SEQUENCE_START_EVENT:
      tag = event.raw.data.sequence_start.tag;
      anchor = event.raw.data.sequence_start.anchor;
      if (!read_sequence(depth, out)) return false;
      break;
    case YAML_MAPPING_START_EVENT:
      tag = event.raw.data.mapping_start.tag;
      anchor = event.raw.data.mapping_start.anchor;
      if (!read_mapping(depth, out)) return false;
      break;
    default: return stop(out.at, "expected a value");
  }
  if (tag != nullptr) apply_tag(text_of(tag), out);
  if (anchor != nullptr) anchors_[text_of(anchor)] = out;
  return true;
}

bool Reader::read_sequence(int depth, TemplateNode& out) {
  out.kind = TemplateNode::Kind::kSequence;
  while (true) {
    Event event;
    if (!next(event)) return false;
    if (event.raw.type == YAML_SEQUENCE_END_EVENT) return true;
    TemplateNode item;
    if (!read_node(event, depth + 1, item)) return false;
    out.items.push_back(std::move(item));
  }
}

bool Reader::read_mapping(int depth, TemplateNode& out) {
  out.kind = TemplateNode::Kind::kMapping;
  while (true) {
    Event event;
    if (!next(event)) return false;
    if (event.raw.type == YAML_MAPPING_END_EVENT) return true;
    const SourcePosition key_at = position(event.raw.start_mark);
    if (event.raw.type != YAML_SCALAR_EVENT) return stop(key_at, "expected a text as key");
    const auto& scalar = event.raw.data.scalar;
    std::string key(text_of(scalar.value), scalar.length);
    if (key == "<<" && scalar.style == YAML_PLAIN_SCALAR_STYLE) {
      return stop(key_at,
                  "CloudFormation does not know merge keys (\"<<\"): write the members out");
    }
    if (out.find(key) != nullptr) {
      errors_.add(key_at, fmt::format("expected every key once, got \"{}\" twice", key));
    }
    Event value_event;
    TemplateNode value;
    if (!next(value_event) || !read_node(value_event, depth + 1, value)) return false;
    if (out.find(key) == nullptr) out.members.push_back({std::move(key), key_at, std::move(value)});
  }
}

TemplateNode Reader::read_document() {
  TemplateNode root = TemplateNode::unknown({});
  while (true) {
    Event event;
    if (!next(event)) return TemplateNode::unknown({});
    const SourcePosition at = position(event.raw.start_mark);
    switch (event.raw.type) {
      case YAML_STREAM_START_EVENT:
      case YAML_DOCUMENT_START_EVENT:
      case YAML_DOCUMENT_END_EVENT: break;
      case YAML_STREAM_END_EVENT: return root;
      default:
        if (nodes_count_ > 0) {
          stop(at, "expected one document in the file, got a second one");
          return TemplateNode::unknown({});
        }
        root = TemplateNode();
        if (!read_node(event, 0, root)) return TemplateNode::unknown({});
    }
  }
}

}  // namespace

TemplateNode parse_yaml(std::string_view text, TemplateErrors& errors) {
  if (text.size() > kTemplateBytesMax) {
    errors.add({}, fmt::format("expected a template of at most {} bytes, got {}", kTemplateBytesMax,
                               text.size()));
    return TemplateNode::unknown({});
  }
  Reader reader(text, errors);
  return reader.read_document();
}

}  // namespace beckon::emulator
