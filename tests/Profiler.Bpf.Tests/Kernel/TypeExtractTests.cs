using Profiler.Bpf.Kernel;
using Profiler.Bpf.Native;
using Profiler.Bpf.Session;
using Profiler.Tests.Support;

namespace Profiler.Bpf.Tests.Kernel;

/// <summary>A small table has all that CO-RE asks of a type.</summary>
public sealed class TypeExtractTests
{
    [Fact]
    public void A_struct_comes_with_what_it_contains_but_not_with_what_it_points_to()
    {
        Btf extract = Extract(["outer"], """
            struct pointed_at { int far; };
            union inner { long number; char bytes[8]; };
            typedef const struct { short unnamed; } alias;
            struct outer { struct pointed_at *pointer; union inner inner; alias other; unsigned flag : 3; enum { NO, YES = 7 } answer; };
            struct apart { int x; };
            struct outer a; struct apart b;
            """);
        BtfType outer = Assert.Single(extract.Named("outer"));
        Assert.Equal(["pointer", "inner", "other", "flag", "answer"], Members(outer));
        Assert.Equal(["number", "bytes"], Members(Assert.Single(extract.Named("inner"))));
        BtfType unnamed = extract[extract[Assert.Single(extract.Named("alias")).SizeOrType].SizeOrType];
        Assert.Equal(["unnamed"], Members(unnamed));
        Assert.Equal(Btf.BTF_KIND_PTR, extract[outer.After(1)].Kind);
        Assert.Equal(0u, extract[outer.After(1)].SizeOrType);
        Assert.Empty(extract.Named("pointed_at"));
        Assert.Empty(extract.Named("apart"));
    }

    [Fact]
    public void Offsets_sizes_and_values_stay()
    {
        const string Code = "enum e { A = -1, B = 5 }; struct s { char c; unsigned f : 5, g : 3; long l[3]; enum e e; }; struct s a;";
        BtfType original = Assert.Single(Compile(Code).Named("s")), copy = Assert.Single(Extract(["s"], Code).Named("s"));
        Assert.Equal((original.Info, original.SizeOrType), (copy.Info, copy.SizeOrType));
        Assert.Equal(Enumerable.Range(0, 5).Select(m => original.After(3 * m + 2)), Enumerable.Range(0, 5).Select(m => copy.After(3 * m + 2)));
        BtfType e = copy.Table[copy.After(3 * 4 + 1)];
        Assert.Equal(("A", -1, "B", 5), (e.Table.Name(e.After(0)), (int)e.After(1), e.Table.Name(e.After(2)), (int)e.After(3)));
    }

    [Fact]
    public void Names_are_whole_names_and_one_that_is_not_there_is_left_out() =>
        Assert.Empty(Extract(["out", "uter", "nothing"], "struct outer { int x; } a;").Named("outer"));

    [Fact]
    public void A_type_of_a_module_is_found_where_the_kernel_has_none()
    {
        Btf kernel = Compile("struct both { int of_kernel; } a;"), module = Compile("struct both { int of_module; } a; struct own { int own; } b;");
        var extract = new Btf(TypeExtract.Of(["both", "own"], kernel, [module]));
        Assert.Equal(["of_kernel"], Members(Assert.Single(extract.Named("both"))));
        Assert.Equal(["own"], Members(Assert.Single(extract.Named("own"))));
    }

    [Fact]
    public void What_the_programs_read_is_known_by_its_name_in_the_kernel()
    {
        IEnumerable<string> read = RelocatedTypes.Of(EmbeddedObject.Compiled("teardown")).Distinct();
        Assert.Equal(["kernel_siginfo", "signal_struct", "task_struct"], read.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    public void What_is_no_type_information_is_refused(int length) => Assert.Throws<InvalidDataException>(() => new Btf(new byte[length]));

    private static string[] Members(BtfType of) => [.. Enumerable.Range(0, of.Count).Select(m => of.Table.Name(of.After(3 * m)))];

    private static Btf Compile(string code) => new(Elf.Section(CCompiler.ForBpf(code), ".BTF").ToArray());

    private static Btf Extract(string[] names, string code) => new(TypeExtract.Of(names, Compile(code), []));
}
