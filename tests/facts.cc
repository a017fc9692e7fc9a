#include "cow/tests/facts.h"

#include <zlib.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace cow::testing {

std::vector<std::string> read_lines(const std::string& path) {
  std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  if (file == nullptr) throw std::runtime_error("cannot open " + path);
  std::string text;
  char block[1 << 16];
  int size;
  while ((size = gzread(file.get(), block, sizeof(block))) > 0) text.append(block, size);
  if (size < 0 || !gzeof(file.get())) throw std::runtime_error("cannot read " + path);

  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

}  // namespace cow::testing
