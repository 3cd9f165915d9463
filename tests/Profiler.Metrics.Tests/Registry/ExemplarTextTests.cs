using Profiler.Metrics.Registry;

namespace Profiler.Metrics.Tests.Registry;

public sealed class ExemplarTextTests
{
    [Theory]
    [InlineData("0000:01:00.0", "0000:01:00.0")]
    [InlineData("", "")]
    [InlineData("a\"b\\c\nd", "a\\\"b\\\\c\\nd")]
    [InlineData("caf\u00e9 \ud83d\ude42 \u0001\u007f", "caf? ? ??")]
    public void Is_escaped_ASCII(string value, string text) => Assert.Equal(text, ExemplarText.Escaped(value));

    /// <summary>And no escape is cut in two.</summary>
    [Fact]
    public void Is_cut_where_it_is_too_long()
    {
        Assert.Equal(new string('x', ExemplarText.MaxLength), ExemplarText.Escaped(new string('x', 1000)));
        string quotes = ExemplarText.Escaped("x" + new string('"', 1000));
        Assert.Equal("x" + string.Concat(Enumerable.Repeat("\\\"", (ExemplarText.MaxLength - 1) / 2)), quotes);
    }
}
