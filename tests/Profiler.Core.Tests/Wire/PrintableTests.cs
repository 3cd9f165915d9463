using Profiler.Core.Wire;

namespace Profiler.Core.Tests.Wire;

public sealed class PrintableTests
{
    [Theory]
    [InlineData("web-1", "web-1")]
    [InlineData("Bücher 日本 🖥", "Bücher 日本 🖥")]
    [InlineData("a\e[2Jb", "a?[2Jb")]
    [InlineData("a\r\n\tb\u0085", "a???b?")]
    [InlineData("\u202eabc\u200b", "?abc?")]
    [InlineData("\u2028", "?")]
    [InlineData("", "")]
    public void What_does_not_print_is_replaced(string text, string clean) => Assert.Equal(clean, Printable.Clean(text));

    [Fact]
    public void Half_a_character_does_not_print() => Assert.Equal("a?b", Printable.Clean("a" + (char)0xd83d + "b"));
}
