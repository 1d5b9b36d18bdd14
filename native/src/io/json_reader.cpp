#include <charconv>

#include "../error.h"
#include "json.h"

namespace secondlook {

namespace {
constexpr int maximumDepth = 64;

void appendUtf8(std::string& out, uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}
}  // namespace

class JsonReader {
 public:
  JsonReader(std::string_view text, const std::string& source) : text_(text), source_(source) {}

  Json document() {
    Json value = read(0);
    skipSpace();
    if (at_ != text_.size()) fail("more text after the end of the value");
    return value;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorCode::badCheckpoint, source_ + " is not valid JSON: " + what + " at byte " + std::to_string(at_) +
                                              ". Download or write the file again.");
  }

  void skipSpace() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
      ++at_;
  }

  char peek() {
    skipSpace();
    if (at_ >= text_.size()) fail("the text ends too early");
    return text_[at_];
  }

  void expect(char c) {
    if (peek() != c) fail(std::string("expected '") + c + "'");
    ++at_;
  }

  void literal(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) fail("an unknown word");
    at_ += word.size();
  }

  Json read(int depth) {
    if (depth > maximumDepth) fail("values are nested more than " + std::to_string(maximumDepth) + " deep");
    switch (peek()) {
      case '{':
        return readObject(depth);
      case '[':
        return readArray(depth);
      case '"':
        return Json::string(readString());
      case 't':
        literal("true");
        return Json::boolean(true);
      case 'f':
        literal("false");
        return Json::boolean(false);
      case 'n':
        literal("null");
        return Json();
      default:
        return readNumber();
    }
  }

  Json readObject(int depth) {
    Json value = Json::object();
    expect('{');
    if (peek() == '}') {
      ++at_;
      return value;
    }
    for (;;) {
      if (peek() != '"') fail("expected a member's name");
      std::string key = readString();
      expect(':');
      value.members_.emplace_back(std::move(key), read(depth + 1));
      if (peek() == ',') {
        ++at_;
        continue;
      }
      expect('}');
      return value;
    }
  }

  Json readArray(int depth) {
    Json value = Json::array();
    expect('[');
    if (peek() == ']') {
      ++at_;
      return value;
    }
    for (;;) {
      value.items_.push_back(read(depth + 1));
      if (peek() == ',') {
        ++at_;
        continue;
      }
      expect(']');
      return value;
    }
  }

  uint32_t readHex4() {
    if (at_ + 4 > text_.size()) fail("a \\u escape ends too early");
    uint32_t code = 0;
    const auto result = std::from_chars(text_.data() + at_, text_.data() + at_ + 4, code, 16);
    if (result.ptr != text_.data() + at_ + 4) fail("a \\u escape is not four hexadecimal digits");
    at_ += 4;
    return code;
  }

  std::string readString() {
    std::string out;
    ++at_;
    for (;;) {
      if (at_ >= text_.size()) fail("a string does not end");
      const char c = text_[at_++];
      if (c == '"') return out;
      if (static_cast<unsigned char>(c) < 0x20) fail("a control character inside a string");
      if (c != '\\') {
        out += c;
        continue;
      }
      if (at_ >= text_.size()) fail("a string does not end");
      switch (const char escape = text_[at_++]) {
        case '"':
        case '\\':
        case '/':
          out += escape;
          break;
        case 'b':
          out += '\b';
          break;
        case 'f':
          out += '\f';
          break;
        case 'n':
          out += '\n';
          break;
        case 'r':
          out += '\r';
          break;
        case 't':
          out += '\t';
          break;
        case 'u': {
          uint32_t code = readHex4();
          if (code >= 0xD800 && code < 0xDC00 && text_.substr(at_, 2) == "\\u") {
            at_ += 2;
            const uint32_t low = readHex4();
            code = low >= 0xDC00 && low < 0xE000 ? 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00) : 0xFFFD;
          } else if (code >= 0xD800 && code < 0xE000) {
            code = 0xFFFD;
          }
          appendUtf8(out, code);
          break;
        }
        default:
          fail("an unknown escape");
      }
    }
  }

  Json readNumber() {
    const size_t begin = at_;
    while (at_ < text_.size() && std::string_view("+-0123456789.eE").find(text_[at_]) != std::string_view::npos) ++at_;
    Json value;
    value.kind_ = Json::Kind::number;
    const char* end = text_.data() + at_;
    const auto result = std::from_chars(text_.data() + begin, end, value.number_);
    if (result.ec != std::errc() || result.ptr != end || begin == at_) {
      at_ = begin;
      fail("expected a value");
    }
    value.text_ = std::string(text_.substr(begin, at_ - begin));
    return value;
  }

  std::string_view text_;
  const std::string& source_;
  size_t at_ = 0;
};

Json Json::parse(std::string_view text, const std::string& source) { return JsonReader(text, source).document(); }

}  // namespace secondlook
