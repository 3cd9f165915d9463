using System.Globalization;
using System.Text.RegularExpressions;
using Profiler.Tests.Support;

namespace Profiler.Report.Tests.Html;

/// <summary>Colours can be told from what is behind them, in light and dark: WCAG 2.2, 1.4.3 for text and 1.4.11 for what is drawn.</summary>
public sealed partial class ContrastTests
{
    private static readonly string[] Texts = ["text", "soft", "link", "warning"];

    public static TheoryData<string, string> Colours
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (string scheme in new[] { "light", "dark" })
            {
                foreach (string name in Scheme(scheme).Keys.Except(["page", "panel", "line"]))
                    all.Add(scheme, name);
            }
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Colours))]
    public void It_can_be_seen(string scheme, string name)
    {
        Dictionary<string, string> colours = Scheme(scheme);
        double least = Texts.Contains(name) ? 4.5 : 3;
        foreach (string behind in new[] { "page", "panel" })
            Assert.True(Contrast(colours[name], colours[behind]) >= least, $"{name} on {behind}: {Contrast(colours[name], colours[behind]):0.00}");
    }

    [Fact]
    public void Both_schemes_have_the_same_colours() => Assert.Equal(Scheme("light").Keys.Order(), Scheme("dark").Keys.Order());

    private static Dictionary<string, string> Scheme(string scheme) =>
        Blocks().Matches(File.ReadAllText(Golden.Beside("../../../src/Profiler.Report/Html/report.css")))[scheme == "light" ? 0 : 1].Groups[1].Value is var block
            ? Variables().Matches(block).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value)
            : [];

    private static double Contrast(string a, string b)
    {
        double[] luminances = [.. new[] { Luminance(a), Luminance(b) }.Order()];
        return (luminances[1] + 0.05) / (luminances[0] + 0.05);
    }

    private static double Luminance(string colour)
    {
        double Channel(int at)
        {
            double value = int.Parse(colour.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        }
        return 0.2126 * Channel(0) + 0.7152 * Channel(2) + 0.0722 * Channel(4);
    }

    [GeneratedRegex(@":root \{([^}]*)\}")]
    private static partial Regex Blocks();

    [GeneratedRegex("--([a-z0-9_]+): #([0-9a-f]{6});")]
    private static partial Regex Variables();
}
