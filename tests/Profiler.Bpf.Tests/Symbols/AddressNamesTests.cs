using Profiler.Bpf.Symbols;

namespace Profiler.Bpf.Tests.Symbols;

/// <summary>An address has the name of the function that begins last at or before it, in whatever order the list is.</summary>
public sealed class AddressNamesTests
{
    private static readonly string[] List =
    [
        "0000000000000100 T first", "0000000000000200 t second", "0000000000000200 t alias", "0000000000000280 D data", "0000000000000300 t third\t[vfio]",
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Addresses_have_the_names_of_their_functions(bool backwards)
    {
        IReadOnlyDictionary<ulong, string> names = Names(backwards ? [.. List.Reverse()] : List, 0xff, 0x100, 0x1ff, 0x210, 0x2ff, 0x304, 0x5000);
        string second = backwards ? "alias" : "second";
        Assert.Equal(
            ["0x00000000000000ff", "first+0x0", "first+0xff", second + "+0x10", second + "+0xff", "third+0x4 [vfio]", "third+0x4d00 [vfio]"],
            names.OrderBy(n => n.Key).Select(n => n.Value));
    }

    private static IReadOnlyDictionary<ulong, string> Names(string[] lines, params ulong[] addresses)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(path, lines);
            return AddressNames.FromList(addresses, path)!;
        }
        finally
        {
            File.Delete(path);
        }
    }
}
