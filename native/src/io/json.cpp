#include "json.h"

#include <charconv>
#include <cmath>
#include <cstdio>

namespace secondlook {

namespace {
void writeString(std::string& out, const std::string& value) {
  out += '"';
  for (const char c : value) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          char escape[8];
          std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned char>(c));
          out += escape;
        } else {
          out += c;
        }
    }
  }
  out += '"';
}
}  // namespace

Json Json::boolean(bool value) {
  Json j;
  j.kind_ = Kind::boolean;
  j.boolean_ = value;
  return j;
}

Json Json::number(double value) {
  Json j;
  j.kind_ = Kind::number;
  j.number_ = value;
  char text[32];
  const auto result = std::to_chars(text, text + sizeof text, value);
  j.text_ = std::isfinite(value) ? std::string(text, result.ptr) : "null";
  return j;
}

Json Json::integer(int64_t value) {
  Json j = number(static_cast<double>(value));
  j.text_ = std::to_string(value);
  return j;
}

Json Json::string(std::string value) {
  Json j;
  j.kind_ = Kind::string;
  j.text_ = std::move(value);
  return j;
}
Json Json::array(std::vector<Json> items) {
  Json j;
  j.kind_ = Kind::array;
  j.items_ = std::move(items);
  return j;
}
Json Json::object(std::vector<Member> members) {
  Json j;
  j.kind_ = Kind::object;
  j.members_ = std::move(members);
  return j;
}

std::optional<int64_t> Json::asInteger() const noexcept {
  if (!isNumber() || !(std::fabs(number_) <= 9007199254740992.0) || number_ != std::floor(number_)) return std::nullopt;
  return static_cast<int64_t>(number_);
}

const Json* Json::find(std::string_view key) const noexcept {
  for (const Member& member : members_)
    if (member.first == key) return &member.second;
  return nullptr;
}

void Json::set(const std::string& key, Json value) {
  for (Member& member : members_)
    if (member.first == key) {
      member.second = std::move(value);
      return;
    }
  members_.emplace_back(key, std::move(value));
}

void Json::remove(std::string_view key) {
  std::erase_if(members_, [&](const Member& member) { return member.first == key; });
}

std::string Json::dump(int indent) const {
  std::string out;
  write(out, indent, 0);
  return out;
}

void Json::write(std::string& out, int indent, int depth) const {
  const auto breakLine = [&](int level) {
    if (indent > 0) {
      out += '\n';
      out.append(static_cast<size_t>(indent * level), ' ');
    }
  };
  switch (kind_) {
    case Kind::null:
      out += "null";
      break;
    case Kind::boolean:
      out += boolean_ ? "true" : "false";
      break;
    case Kind::number:
      out += text_;
      break;
    case Kind::string:
      writeString(out, text_);
      break;
    case Kind::array:
      out += '[';
      for (size_t i = 0; i < items_.size(); ++i) {
        if (i > 0) out += ',';
        breakLine(depth + 1);
        items_[i].write(out, indent, depth + 1);
      }
      if (!items_.empty()) breakLine(depth);
      out += ']';
      break;
    case Kind::object:
      out += '{';
      for (size_t i = 0; i < members_.size(); ++i) {
        if (i > 0) out += ',';
        breakLine(depth + 1);
        writeString(out, members_[i].first);
        out += indent > 0 ? ": " : ":";
        members_[i].second.write(out, indent, depth + 1);
      }
      if (!members_.empty()) breakLine(depth);
      out += '}';
      break;
  }
}

}  // namespace secondlook
